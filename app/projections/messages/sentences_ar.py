"""What our mails say, in Arabic."""

from __future__ import annotations

ARABIC = {
    "Hello,": "مرحبًا،",
    "Hello {learner},": "مرحبًا {learner}،",
    # -- a badge was awarded
    "You earned a badge": "حصلت على شارة",
    "You earned a badge: {achievement}": "حصلت على شارة: {achievement}",
    "you earned a badge from {issuer}.": "حصلت على شارة من {issuer}.",
    "you earned a badge from {issuer}:": "حصلت على شارة من {issuer}:",
    "Badge: {achievement}": "شارة: {achievement}",
    "Earned {day}.": "تاريخ الحصول عليها: {day}.",
    "Good until {day}.": "سارية حتى {day}.",
    "It does not end.": "لا تنتهي صلاحيتها.",
    "See your badge": "عرض شارتك",
    "Your badge has a page of its own:": "لشارتك صفحة خاصة بها:",
    "There you can look at it, save it and share it.": "يمكنك هناك عرضها وحفظها ومشاركتها.",
    "Anyone with this address can check that the badge is real and still good, for as long as it exists.": "يمكن لكل "
    "من لديه هذا العنوان التحقق من أن الشارة أصلية ولا تزال سارية ما دامت موجودة.",
    "What it took": "ما تطلّبته",
    "{issuer} awarded this badge.": "منحت {issuer} هذه الشارة.",
    "This mail was sent automatically.": "أُرسلت هذه الرسالة تلقائيًا.",
    "If you did not expect it, please tell {issuer}.": "إذا لم تكن تتوقعها فيرجى إبلاغ {issuer}.",
    # -- several badges were awarded
    "You earned badges": "حصلت على شارات",
    "You earned {number} badges from {issuer}": "حصلت على شارات من {issuer}، وعددها {number}",
    "you earned {number} badges from {issuer}.": "حصلت على شارات من {issuer}، وعددها {number}.",
    "Each has a page of its own, where you can look at it, save it and share it.": "لكل منها صفحة خاصة بها، يمكنك فيها "
    "عرضها وحفظها ومشاركتها.",
    "{issuer} awarded these badges.": "منحت {issuer} هذه الشارات.",
    "No more mails that gather badges": "إيقاف الرسائل التي تجمع الشارات",
    # -- a link that works once
    "Your link to sign in": "رابط تسجيل دخولك",
    "with this link you sign in to see your badges.": "بهذا الرابط تسجّل الدخول لعرض شاراتك.",
    "Sign in": "تسجيل الدخول",
    "Is this your address?": "هل هذا عنوانك؟",
    "somebody, most likely you, wants to see the badges of this address in their account.": "يريد شخص ما، والأرجح أنه "
    "أنت، عرض شارات هذا العنوان في حسابه.",
    "This is my address": "هذا عنواني",
    "Set a new password": "تعيين كلمة مرور جديدة",
    "with this link you set a new password.": "بهذا الرابط تعيّن كلمة مرور جديدة.",
    "The link works once, for {minutes} minutes.": "يعمل الرابط مرة واحدة، لمدة {minutes} دقيقة.",
    "The link works once, for {days} days.": "يعمل الرابط مرة واحدة، لمدة {days} أيام.",
    "The link works until {day}.": "يعمل الرابط حتى {day}.",
    "If you know nothing of this, do nothing: then nothing happens.": "إذا كنت لا تعلم شيئًا عن هذا فلا تفعل شيئًا، ولن "
    "يحدث شيء.",
    "Is this your address? Badges of {issuer}": "هل هذا عنوانك؟ شارات {issuer}",
    "somebody, most likely you, said that this is the address for badges of {issuer}.": "ذكر شخص ما، والأرجح أنه أنت، "
    "أن هذا هو العنوان الخاص بشارات {issuer}.",
    "Work with the badges of {issuer}": "العمل على شارات {issuer}",
    "{who} invites you to work with the badges of {issuer}, as {role}.": "يدعوك {who} إلى العمل على شارات {issuer}. "
    "دورك: {role}.",
    "Accept the invitation": "قبول الدعوة",
    "owner": "المالك",
    "designer": "المصمم",
    "awarder": "المانح",
    "reviewer": "المراجع",
    "auditor": "المدقق",
    # -- a badge ends
    "{what} ends on {day}": "تنتهي {what} في {day}",
    "{what} has lapsed": "انتهت {what}",
    "Your badge {what} of {issuer} is good until {day}.": "شارتك {what} من {issuer} سارية حتى {day}.",
    "Your badge {what} of {issuer} was good until {day}.": "كانت شارتك {what} من {issuer} سارية حتى {day}.",
    "To renew it, take part again and pass.": "لتجديدها شارك مرة أخرى واجتز التقييم.",
    "It is renewed by continuing education. Your ledger shows what counts and what is missing.": "تُجدَّد بالتعليم "
    "المستمر. يعرض سجلك ما يُحتسب وما ينقص.",
    "It is not renewed; it has to be earned anew.": "لا تُجدَّد؛ يجب الحصول عليها من جديد.",
    "It can be renewed without a gap in the count until {day}; it does not count meanwhile.": "يمكن تجديدها دون انقطاع "
    "حتى {day}؛ ولا تُحتسب في هذه الأثناء.",
    "See your renewals": "عرض تجديداتك",
    "Renewals: {number} to see to": "التجديدات: {number} تحتاج إلى متابعة",
    "At {issuer}, 1 badge is about to end, or lapsed and still to be renewed:": "لدى {issuer} شارة واحدة توشك على "
    "الانتهاء، أو انتهت ولا يزال تجديدها ممكنًا:",
    "At {issuer}, {number} badges are about to end, or lapsed and still to be renewed:": "لدى {issuer} شارات توشك على "
    "الانتهاء، أو انتهت ولا يزال تجديدها ممكنًا، وعددها {number}:",
    "{name}: {number}, the first on {day}": "{name}: {number}، أولها في {day}",
    "Open the work list": "فتح قائمة العمل",
    # -- answers
    "It shows on none of your badges at present.": "لا يظهر حاليًا على أي من شاراتك.",
    "The badge that shows it was signed anew, at its old address.": "أُعيد توقيع الشارة التي تعرضه على عنوانها السابق.",
    "The {number} badges that show it were signed anew, at their old addresses.": "أُعيد توقيع الشارات التي تعرضه على "
    "عناوينها السابقة، وعددها {number}.",
    "{issuer} calls you {name} from now on.": "تسمّيك {issuer} من الآن {name}.",
    "Your name was changed": "تم تغيير اسمك",
    "See your account": "عرض حسابك",
    "You asked {issuer} to call you {name}. The name stays as it was. They say why:": "طلبت من {issuer} أن تسمّيك "
    "{name}. يبقى الاسم كما كان. وتوضح السبب:",
    "Your name stays as it was": "يبقى اسمك كما كان",
    "{what}: please add to your application": "{what}: يرجى استكمال طلبك",
    "{issuer} looked at your application for {what} and asks you for more before they decide:": "اطّلعت {issuer} على "
    "طلبك بشأن {what} وتطلب منك المزيد قبل أن تقرر:",
    "Add to the application": "استكمال الطلب",
    "{what}: your application was approved": "{what}: تمت الموافقة على طلبك",
    "{issuer} approved your application for {what}; the badge is among yours. The assessor writes:": "وافقت {issuer} "
    "على طلبك بشأن {what}؛ والشارة الآن ضمن شاراتك. وجاء في رأي المقيِّم:",
    "See the decision": "عرض القرار",
    "{what}: your application was not approved": "{what}: لم تتم الموافقة على طلبك",
    "{issuer} did not approve your application for {what}. The assessor writes why:": "لم توافق {issuer} على طلبك بشأن "
    "{what}. ويوضح المقيِّم السبب:",
    # -- somebody asks
    "its own systems alone, to no mailbox": "أنظمتها الخاصة وحدها، لا إلى أي صندوق بريد",
    "{who} asks whether it may be told when your badge {what} ends, is renewed, paused or withdrawn.": "تسأل {who} عمّا "
    "إذا كان يجوز إبلاغها عندما تنتهي شارتك {what} أو تُجدَّد أو تُعلَّق أو تُسحب.",
    "News go to {told}.": "تُرسل الأخبار إلى {told}.",
    "Nothing is told unless you agree, and you can end it at any time. They say what it is for:": "لا يُبلَّغ شيء ما لم "
    "توافق، ويمكنك إنهاء ذلك في أي وقت. وتوضح الغرض منه:",
    "{who} asks about your badge {what}": "تسأل {who} عن شارتك {what}",
    "Agree or decline": "الموافقة أو الرفض",
    "{who} asks you for an endorsement": "تطلب منك {who} تأييدًا",
    "{who} asks your organisation to endorse: {thing}.": "تطلب {who} من مؤسستك تأييد: {thing}.",
    "You find it among the endorsements of your organisation, where you can sign it or decline.": "تجد الطلب ضمن "
    "تأييدات مؤسستك، حيث يمكنك توقيعه أو رفضه.",
    "The page shows what is asked, gives you the document to sign with your own key, and takes it back. Whoever has "
    "the link can answer, so pass it on only to those who may sign for you.": "تعرض الصفحة المطلوب، وتعطيك الوثيقة "
    "لتوقيعها بمفتاحك الخاص، وتستلمها منك. يمكن لكل من لديه الرابط أن يجيب، فلا تمرّره إلا إلى من يحق له التوقيع عنك.",
    "The request is open until {day}. If you know nothing of {who}, do nothing: then nothing happens.": "الطلب مفتوح "
    "حتى {day}. إذا كنت لا تعرف شيئًا عن {who} فلا تفعل شيئًا، ولن يحدث شيء.",
    "See what is asked": "عرض المطلوب",
    # -- staff are told
    "A badge that {watcher} watches {what}.": "شارة تتابعها {watcher}: {what}.",
    "Its last day is, or was, {day}.": "آخر أيامها هو، أو كان، {day}.",
    "A watched badge {what}": "شارة تتابعونها: {what}",
    "See the badge": "عرض الشارة",
    "ends soon": "تنتهي قريبًا",
    "has ended": "انتهت",
    "was renewed": "جُدّدت",
    "was paused by its issuer": "أوقفتها الجهة المانحة مؤقتًا",
    "counts again": "أصبحت معتمدة من جديد",
    "was withdrawn by its issuer": "سحبتها الجهة المانحة",
    "was replaced by another badge": "حلّت محلها شارة أخرى",
    "Webhooks were switched off": "أُوقفت إشعارات webhook",
    "Webhooks to {endpoint} were switched off": "أُوقفت إشعارات webhook إلى {endpoint}",
    "No more news of {issuer} are sent to the endpoint “{endpoint}” ({number}).": (
        "لم تعد أخبار {issuer} تُرسل إلى نقطة الاستقبال “{endpoint}” ({number})."
    ),
    "Reason: {reason}.": "السبب: {reason}.",
    "What happens from now on is kept. When the receiver works again, resume the endpoint, and replay what it "
    "missed.": (
        "يُحفظ ما يحدث من الآن فصاعدًا. عندما يعمل المستقبِل من جديد، استأنفوا نقطة الاستقبال وأعيدوا إرسال ما فاتها."
    ),
    "There is nothing to tell for these days.": "لا يوجد ما يُذكر عن هذه الأيام.",
    "… and {number} more rows.": "… و{number} من الصفوف الأخرى.",
    "All rows are in {file}.": "جميع الصفوف في {file}.",
    "Its second sheet says what each figure means.": "تقول ورقته الثانية ما يعنيه كل رقم.",
    "The whole report is too large for a mail. Ask for it with fewer days, or fetch it from Lanyard.": (
        "التقرير الكامل أكبر من أن يُرسل بالبريد. اطلبوه لأيام أقل، أو نزّلوه من Lanyard."
    ),
    "Names of people are left out of mails.": "تُحذف أسماء الأشخاص من الرسائل.",
    "{issuer} sends you this report. To end it, ask your administrator to end the subscription {number}.": (
        "ترسل إليكم {issuer} هذا التقرير. لإنهائه، اطلبوا من المشرف لديكم إنهاء الاشتراك {number}."
    ),
    "Nothing got through for {days} days": "لم يصل شيء طوال {days} من الأيام",
    "The receiver answered 410 Gone": "أجاب المستقبِل 410 Gone",
}
