"""MLflow's tracking database: its client, the direct and careful reading of it, its creation and its locks."""
