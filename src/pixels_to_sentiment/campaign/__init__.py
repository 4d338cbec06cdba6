"""What other machines do: runs that the book lacks on one lent for minutes, or any on a cluster.

Enters: The catalogue, what is recorded, a device or a Dask cluster, and a deadline; or work.
Leaves: Packs of records, records taken out of packs, and those that workers sent back.
Must not know: notebooks and HTML.
"""
