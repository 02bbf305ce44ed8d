"""What the public doors show, as files that stand without the service.

A web server that knows only files answers with them at the addresses that were signed. Documents and pictures are the
very bytes of the doors; pages are those of the doors without whatever needs a service behind it.
"""

from app.web.standalone.doors import Doors
from app.web.standalone.forms import Wanted, of_badges, of_lists, of_things
from app.web.standalone.front import front

__all__ = ["Doors", "Wanted", "front", "of_badges", "of_lists", "of_things"]
