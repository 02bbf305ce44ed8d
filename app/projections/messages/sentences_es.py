"""What our mails say, in Spanish."""

from __future__ import annotations

SPANISH = {
    "Hello,": "Hola:",
    "Hello {learner},": "Hola, {learner}:",
    # -- a badge was awarded
    "You earned a badge": "Ha obtenido una insignia",
    "You earned a badge: {achievement}": "Ha obtenido una insignia: {achievement}",
    "you earned a badge from {issuer}.": "{issuer} le ha otorgado una insignia.",
    "you earned a badge from {issuer}:": "{issuer} le ha otorgado una insignia:",
    "Badge: {achievement}": "Insignia: {achievement}",
    "Earned {day}.": "Obtenida el {day}.",
    "Good until {day}.": "Vigente hasta el {day}.",
    "It does not end.": "No caduca.",
    "See your badge": "Ver su insignia",
    "Your badge has a page of its own:": "Su insignia tiene página propia:",
    "There you can look at it, save it and share it.": "Allí puede verla, guardarla y compartirla.",
    "Anyone with this address can check that the badge is real and still good, for as long as it exists.": "Quien "
    "tenga esta dirección puede comprobar que la insignia es auténtica y sigue vigente, mientras exista.",
    "What it took": "Qué se exigió",
    "{issuer} awarded this badge.": "{issuer} otorgó esta insignia.",
    "This mail was sent automatically.": "Este correo se envió automáticamente.",
    "If you did not expect it, please tell {issuer}.": "Si no lo esperaba, dígaselo a {issuer}.",
    # -- several badges were awarded
    "You earned badges": "Ha obtenido insignias",
    "You earned {number} badges from {issuer}": "Ha obtenido {number} insignias de {issuer}",
    "you earned {number} badges from {issuer}.": "{issuer} le ha otorgado {number} insignias.",
    "Each has a page of its own, where you can look at it, save it and share it.": "Cada una tiene página propia, "
    "donde puede verla, guardarla y compartirla.",
    "{issuer} awarded these badges.": "{issuer} otorgó estas insignias.",
    "No more mails that gather badges": "No recibir más correos que reúnen insignias",
    # -- a link that works once
    "Your link to sign in": "Su enlace para iniciar sesión",
    "with this link you sign in to see your badges.": "con este enlace inicia sesión para ver sus insignias.",
    "Sign in": "Iniciar sesión",
    "Is this your address?": "¿Es esta su dirección?",
    "somebody, most likely you, wants to see the badges of this address in their account.": "alguien, seguramente "
    "usted, quiere ver en su cuenta las insignias de esta dirección.",
    "This is my address": "Esta es mi dirección",
    "Set a new password": "Establecer una contraseña nueva",
    "with this link you set a new password.": "con este enlace establece una contraseña nueva.",
    "The link works once, for {minutes} minutes.": "El enlace funciona una sola vez, durante {minutes} minutos.",
    "The link works once, for {days} days.": "El enlace funciona una sola vez, durante {days} días.",
    "The link works until {day}.": "El enlace funciona hasta el {day}.",
    "If you know nothing of this, do nothing: then nothing happens.": "Si no sabe nada de esto, no haga nada: así no "
    "pasará nada.",
    "Is this your address? Badges of {issuer}": "¿Es esta su dirección? Insignias de {issuer}",
    "somebody, most likely you, said that this is the address for badges of {issuer}.": "alguien, seguramente usted, "
    "dijo que esta es la dirección para las insignias de {issuer}.",
    "Work with the badges of {issuer}": "Trabaje con las insignias de {issuer}",
    "{who} invites you to work with the badges of {issuer}, as {role}.": "{who} le invita a trabajar con las insignias "
    "de {issuer}. Su función: {role}.",
    "Accept the invitation": "Aceptar la invitación",
    "owner": "propietario",
    "designer": "diseñador",
    "awarder": "otorgante",
    "reviewer": "revisor",
    "auditor": "auditor",
    # -- a badge ends
    "{what} ends on {day}": "{what} termina el {day}",
    "{what} has lapsed": "{what} ha vencido",
    "Your badge {what} of {issuer} is good until {day}.": "Su insignia {what} de {issuer} está vigente hasta el {day}.",
    "Your badge {what} of {issuer} was good until {day}.": "Su insignia {what} de {issuer} estuvo vigente hasta el "
    "{day}.",
    "To renew it, take part again and pass.": "Para renovarla, participe de nuevo y apruebe.",
    "It is renewed by continuing education. Your ledger shows what counts and what is missing.": "Se renueva con "
    "formación continua. Su registro muestra qué cuenta y qué falta.",
    "It is not renewed; it has to be earned anew.": "No se renueva; hay que obtenerla de nuevo.",
    "It can be renewed without a gap in the count until {day}; it does not count meanwhile.": "Puede renovarse sin "
    "interrupción hasta el {day}; entretanto no cuenta.",
    "See your renewals": "Ver sus renovaciones",
    "Renewals: {number} to see to": "Renovaciones: {number} por atender",
    "At {issuer}, 1 badge is about to end, or lapsed and still to be renewed:": "En {issuer}, 1 insignia está a punto "
    "de terminar, o venció y aún puede renovarse:",
    "At {issuer}, {number} badges are about to end, or lapsed and still to be renewed:": "En {issuer}, {number} "
    "insignias están a punto de terminar, o vencieron y aún pueden renovarse:",
    "{name}: {number}, the first on {day}": "{name}: {number}, la primera el {day}",
    "Open the work list": "Abrir la lista de trabajo",
    # -- answers
    "It shows on none of your badges at present.": "De momento no se muestra en ninguna de sus insignias.",
    "The badge that shows it was signed anew, at its old address.": "La insignia que lo muestra se firmó de nuevo, en "
    "la dirección de siempre.",
    "The {number} badges that show it were signed anew, at their old addresses.": "Las {number} insignias que lo "
    "muestran se firmaron de nuevo, en las direcciones de siempre.",
    "{issuer} calls you {name} from now on.": "A partir de ahora, {issuer} le llama {name}.",
    "Your name was changed": "Su nombre se ha cambiado",
    "See your account": "Ver su cuenta",
    "You asked {issuer} to call you {name}. The name stays as it was. They say why:": "Pidió a {issuer} que le llamara "
    "{name}. El nombre queda como estaba. Explican por qué:",
    "Your name stays as it was": "Su nombre queda como estaba",
    "{what}: please add to your application": "{what}: complete su solicitud",
    "{issuer} looked at your application for {what} and asks you for more before they decide:": "{issuer} ha visto su "
    "solicitud de {what} y le pide algo más antes de decidir:",
    "Add to the application": "Completar la solicitud",
    "{what}: your application was approved": "{what}: su solicitud fue aceptada",
    "{issuer} approved your application for {what}; the badge is among yours. The assessor writes:": "{issuer} aceptó "
    "su solicitud de {what}; la insignia está entre las suyas. Quien la evaluó escribe:",
    "See the decision": "Ver la decisión",
    "{what}: your application was not approved": "{what}: su solicitud no fue aceptada",
    "{issuer} did not approve your application for {what}. The assessor writes why:": "{issuer} no aceptó su solicitud "
    "de {what}. Quien la evaluó explica por qué:",
    # -- somebody asks
    "its own systems alone, to no mailbox": "sus propios sistemas, y a ningún buzón",
    "{who} asks whether it may be told when your badge {what} ends, is renewed, paused or withdrawn.": "{who} pregunta "
    "si se le puede avisar cuando su insignia {what} termine, se renueve, se suspenda o se retire.",
    "News go to {told}.": "Los avisos van a {told}.",
    "Nothing is told unless you agree, and you can end it at any time. They say what it is for:": "No se dice nada sin "
    "su consentimiento, y puede terminarlo cuando quiera. Explican para qué es:",
    "{who} asks about your badge {what}": "{who} pregunta por su insignia {what}",
    "Agree or decline": "Aceptar o rechazar",
    "{who} asks you for an endorsement": "{who} le pide un respaldo",
    "{who} asks your organisation to endorse: {thing}.": "{who} pide a su organización que respalde: {thing}.",
    "You find it among the endorsements of your organisation, where you can sign it or decline.": "La encontrará entre "
    "los respaldos de su organización, donde puede firmarlo o rechazarlo.",
    "The page shows what is asked, gives you the document to sign with your own key, and takes it back. Whoever has "
    "the link can answer, so pass it on only to those who may sign for you.": "La página muestra lo que se pide, le da "
    "el documento para firmarlo con su propia clave y lo recibe de vuelta. Quien tenga el enlace puede responder; "
    "páselo solo a quienes puedan firmar en su nombre.",
    "The request is open until {day}. If you know nothing of {who}, do nothing: then nothing happens.": "La petición "
    "está abierta hasta el {day}. Si no sabe nada de {who}, no haga nada: así no pasará nada.",
    "See what is asked": "Ver lo que se pide",
    # -- staff are told
    "A badge that {watcher} watches {what}.": "Una insignia que {watcher} sigue {what}.",
    "Its last day is, or was, {day}.": "Su último día es, o fue, el {day}.",
    "A watched badge {what}": "Una insignia en seguimiento {what}",
    "See the badge": "Ver la insignia",
    "ends soon": "termina pronto",
    "has ended": "ha terminado",
    "was renewed": "se renovó",
    "was paused by its issuer": "fue puesta en pausa por su emisor",
    "counts again": "vuelve a contar",
    "was withdrawn by its issuer": "fue retirada por su emisor",
    "was replaced by another badge": "fue sustituida por otra insignia",
    "Webhooks were switched off": "Se desactivaron los webhooks",
    "Webhooks to {endpoint} were switched off": "Se desactivaron los webhooks hacia {endpoint}",
    "No more news of {issuer} are sent to the endpoint “{endpoint}” ({number}).": (
        "Ya no se envían avisos de {issuer} al endpoint «{endpoint}» ({number})."
    ),
    "Reason: {reason}.": "Motivo: {reason}.",
    "What happens from now on is kept. When the receiver works again, resume the endpoint, and replay what it "
    "missed.": (
        "Lo que ocurra a partir de ahora se conserva. Cuando el receptor vuelva a funcionar, reanude el endpoint "
        "y vuelva a enviar lo que se perdió."
    ),
    "There is nothing to tell for these days.": "No hay nada que contar de estos días.",
    "… and {number} more rows.": "… y {number} filas más.",
    "All rows are in {file}.": "Todas las filas están en {file}.",
    "Its second sheet says what each figure means.": "Su segunda hoja dice qué significa cada cifra.",
    "The whole report is too large for a mail. Ask for it with fewer days, or fetch it from Lanyard.": (
        "El informe completo es demasiado grande para un correo. Pídalo con menos días o descárguelo de Lanyard."
    ),
    "Names of people are left out of mails.": "Los nombres de las personas se omiten en los correos.",
    "{issuer} sends you this report. To end it, ask your administrator to end the subscription {number}.": (
        "{issuer} le envía este informe. Para dejar de recibirlo, pida a su administrador que ponga fin a la "
        "suscripción {number}."
    ),
    "Nothing got through for {days} days": "Durante {days} días no llegó nada",
    "The receiver answered 410 Gone": "El receptor respondió 410 Gone",
}
