"""Files from elsewhere: which are declared, how they are fetched, how archives are opened.

Enters: A declared name.
Leaves: A file on disk whose checksum is right, or a reason why there is none.
Must not know: what the files hold.
"""
