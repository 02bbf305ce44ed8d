"""How two versions of a pathway differ, in the reader's language."""

from __future__ import annotations

from babel.lists import format_list

from app.stacking.versions import Change, What, changes
from app.stacking.world import OnLoss, Pathway, World
from app.web import condition_words, words
from app.web.languages import gettext as _
from app.web.languages import marked

_SENTENCES = {
    What.NEW: marked("New: %(step)s, which needs %(what)s."),
    What.GONE: marked("Gone: %(step)s."),
    What.MORE: marked("%(step)s now also names %(what)s."),
    What.LESS: marked("%(step)s no longer names %(what)s."),
    What.NEEDS: marked("%(step)s now needs %(what)s."),
    What.AWARDS: marked("%(step)s now awards %(what)s."),
    What.COMPLETION: marked("It is complete with %(step)s now, not with %(before)s."),
    What.ENTRY: marked("To begin, one needs %(what)s now."),
}
_NOTHING = {
    What.AWARDS: marked("%(step)s now awards nothing."),
    What.ENTRY: marked("To begin, one needs nothing now."),
}
_ON_LOSS = {
    OnLoss.KEEP: marked("When something is lost, stacks stay now."),
    OnLoss.SUSPEND: marked("When something is lost, stacks are paused now."),
    OnLoss.REVOKE: marked("When something is lost, stacks are withdrawn now."),
}


def said(world: World, before: Pathway, after: Pathway) -> tuple[str, ...]:
    """A sentence for each thing that is another one."""
    return tuple(sentence(world, each) for each in changes(world, before, after))


def sentence(world: World, each: Change) -> str:
    """One change as a sentence."""
    if each.what is What.LOSS:
        return _(_ON_LOSS[each.on_loss])
    asked = [condition_words.said(world, one, each.of) for one in each.conditions]
    what = format_list(asked, locale=words.locale_tag()) if asked else each.awards and world.label(each.awards)
    plain = _SENTENCES[each.what] if what else _NOTHING.get(each.what, _SENTENCES[each.what])
    return _(plain, step=each.name, before=each.before, what=what)
