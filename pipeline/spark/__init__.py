"""Apache Spark as the second engine: it reads, adds up and cleans where the data are, as the local one does."""

from pipeline.spark.asking import Asker
from pipeline.spark.beside import baskets_on_spark, history_on_spark
from pipeline.spark.cleaned_customers import clean_on_spark
from pipeline.spark.source_tables import open_sources
from pipeline.spark.spark_session import Cluster, cluster
from pipeline.spark.staying import Staying

__all__ = [
    "Asker",
    "Cluster",
    "Staying",
    "baskets_on_spark",
    "clean_on_spark",
    "cluster",
    "history_on_spark",
    "open_sources",
]
