"""Tables between tags: pages (HTML) and the XML of Excel 2003."""
