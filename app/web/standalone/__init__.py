"""What the public doors show, as files that stand without the service.

A web server that knows only files answers with them at the addresses that were signed. Documents and pictures are the
very bytes of the doors; pages are those of the doors without whatever needs a service behind it.
"""

from app.web.standalone.doors import Doors
from app.web.standalone.forms import SHOWN, Wanted, of_badges, of_lists, of_things
from app.web.standalone.front import front, nothing_listed

__all__ = ["SHOWN", "Doors", "Wanted", "front", "nothing_listed", "of_badges", "of_lists", "of_things"]
