"""The one exception that is meant for the person at the keyboard."""


class UserError(Exception):
    """Something the user can mend: one sentence that names the file and the cure.

    The command line prints it without a traceback and exits with status 2.
    """
