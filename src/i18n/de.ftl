### Alle festen Sätze auf Deutsch. Der Bot sagt du; Titel der Rollen bleiben, wie der Korpus sie schreibt, und stehen ohne Artikel.

## Befehle und ihre Optionen.

command-role = rolle
    .about = Was eine Rolle ist, welche Aufgaben sie hat und was vor und nach ihr kommt
command-duties = aufgaben
    .about = Alle Aufgaben einer Rolle
command-path = pfad
    .about = Die Karriereschritte von einer Rolle zur anderen, und was sich mit jedem ändert
command-compare = vergleich
    .about = Zwei Rollen nebeneinander: was sie teilen und was nur eine von beiden tut
command-who = wer
    .about = Die Rollen, die etwas Bestimmtes tun, jede mit der Zeile, in der es steht
command-next = danach
    .about = Jeder Schritt, der von einer Rolle weiterführt, nach oben und zur Seite
command-ladder = karriereleiter
    .about = Die Karriereleiter als Bild: alle Rollen und die Schritte zwischen ihnen
command-ask = frage
    .about = Eine Frage zu Rollen in deinen eigenen Worten, auf Englisch
command-roles = rollen
    .about = Alle Rollen, die ich kenne
command-help = hilfe
    .about = Was du fragen kannst, mit Beispielen

option-name = name
    .about = Die Rolle: ihr Titel, eine Abkürzung oder ein Teil davon
option-section = abschnitt
    .about = Nur ein Abschnitt der Karte, dafür ganz
option-from = von
    .about = Die Rolle, bei der es losgeht
option-to = nach
    .about = Die Rolle, zu der es gehen soll
option-one = eine
    .about = Die eine Rolle
option-other = andere
    .about = Die andere Rolle
option-does = tut
    .about = Was sie tun, auf Englisch, zum Beispiel: decides what gets built next
option-family = familie
    .about = Nur die Rollen dieser Familie
option-question = frage
    .about = Auf Englisch, zum Beispiel: who decides what gets built next?
option-public = öffentlich
    .about = Die Antwort allen hier zeigen, nicht nur dir

on-message = Das beantworten

section-summary = Was sie ist
    .word = überblick
section-why = Warum ein Team sie hat
    .word = warum
section-responsibilities = Aufgaben
    .word = aufgaben
section-limits = Gehört nicht dazu
    .word = grenzen
section-figures = In Zahlen
    .word = zahlen
section-entry = Was man mitbringt
    .word = einstieg
section-steps = Schritte davor und danach
    .word = schritte
section-more = Mehr dazu
    .word = mehr

typed-from = von
typed-to = nach
typed-and = und

command-unknown = Den Befehl /{ $name } gibt es nicht. Die Befehle sind { $all }.
command-incomplete = Bei /{ $command } fehlt noch: { $missing }. So geht es: { $usage }
section-unknown = Den Abschnitt „{ $name }“ gibt es nicht. Die Abschnitte sind { $all }.

## Was in jeder Antwort steht.

sources = Quellen
sources-continued = Weitere Quellen
ask-next = Frag als Nächstes
more = Mehr
and-more = und { $count } weitere
more-left = { $count } weitere
more-rest = Der Rest
page-of = Seite { $page } von { $count }
unsaid = Dazu sagen die Quellen nichts.
all-roles = Alle Rollen
all-responsibilities = Alle Aufgaben
all-responsibilities-of = { $title }: alle Aufgaben

## Die Karte einer Rolle.

card-some = Aufgaben ({ $shown } von { $count })
card-also = Außerdem
card-also-all = alle Aufgaben der Rolle { $title }
card-compare = Vergleich mit { $title }
card-section = { $title }: { $section }
card-sections = { $title }: Abschnitt wählen
place-aliases = Auch genannt
place-family = Familie
place-before = Davor
place-next = Danach
place-sideways = Zur Seite
place-entry = Einstieg in
duties-title = { $title }: Aufgaben
duties-none = Die Quellen nennen für diese Rolle keine Aufgaben.
duties-unfound = Nichts, was die Quellen über diese Rolle sagen, passt zu diesen Worten.
duties-all = Alles, was diese Rolle ihnen zufolge tut:
as-every = Wie alle mit der Rolle { $title }
why-title = Wozu gibt es die Rolle { $title }?
why-unsaid = Einen Grund nennen die Quellen nicht ausdrücklich. Was die Rolle ist:
which = Welche Rolle meinst du?
role-unknown = Diese Rolle kenne ich nicht
role-unknown-name = Hier heißt keine Rolle „{ $name }“.
role-unknown-near = Hier heißt keine Rolle „{ $name }“. Meinst du eine von diesen?

## Wege von Rolle zu Rolle.

from-role = Von { $title }
to-role = Zu { $title }
path-title = Von { $from } zu { $to }
path-there = { $title }: Du bist schon da
path-same = Beide Namen meinen dieselbe Rolle, dazwischen liegt also kein Schritt. Was danach kommt:
path-steps = { $count ->
        [one] { $count } Schritt
       *[other] { $count } Schritte
    }: { $way }
path-as-short = Genauso kurz
path-down = Dieser Weg führt abwärts: { $from } kommt nach { $to }. Aufwärts geht es so: { $way }.
path-up = Der Weg nach oben
path-common = Die Quellen nennen keine Schritte von { $from } zu { $to }. Die nächste Rolle, von der aus beide erreichbar sind, ist { $common }.
path-none = Die Quellen nennen keine Schritte von { $from } zu { $to } und auch keine Rolle, die zu beiden führt.
path-between = Von { $from } zu { $to }
path-incomplete = Für einen Pfad brauche ich zwei Rollen: bei welcher es losgeht und zu welcher es gehen soll. Zum Beispiel: { $usage }
next-title = Nach { $title }
next-none = Die Quellen nennen keinen Schritt, der von { $title } weiterführt.
next-none-sideways = Die Quellen nennen keinen Schritt, der von { $title } zur Seite führt.
step-sideways = { $title } (zur Seite)
step-entry = { $title } (Einstieg)
step-new = Neu
step-left = Fällt weg
step-unsaid = Was sich ändert, sagen die Quellen nicht.
into-title = Der Weg in die Rolle { $title }
into-unsaid = Wie man dorthin kommt, sagen die Quellen nicht.
ways-in = Wege hinein
ways-in-first = Diese Rolle zuerst ansehen

## Wer etwas tut, und ob es jemand tut.

who-first = Vor allem { $title }
who-nobody = Niemand, den die Quellen nennen
who-heir = hat dieselben Aufgaben und noch mehr
check-yes-title = { $title }: ja
check-no-title = { $title }: nein
check-depends-title = { $title }: kommt darauf an
check-unsaid-title = { $title }: nicht gesagt
check-yes = Ja. In den Quellen steht
check-no = Nein. In den Quellen steht
check-depends = Nicht eindeutig. In den Quellen steht
check-elsewhere = Von der Rolle { $title } sagen die Quellen das nicht. Von anderen sagen sie
check-own = Was von der Rolle { $title } am nächsten kommt
check-nearest = Ausdrücklich sagen die Quellen das nicht. Am nächsten kommt
check-unsaid = Die Quellen sagen weder das noch das Gegenteil.
check-inherited = Ja. { $title } hat auch alle Aufgaben der Rolle { $other }.

## Zwei Rollen nebeneinander.

compare-title = { $one } und { $other }
compare-incomplete = Für einen Vergleich brauche ich zwei Rollen. Zum Beispiel: { $usage }
compare-height = { $above } kommt { $count ->
        [one] { $count } Schritt
       *[other] { $count } Schritte
    } nach { $below }.
compare-shared = Gemeinsam
compare-shared-all = { $title } hat auch alle Aufgaben der Rolle { $other }
compare-adds = Was mit { $title } dazukommt
compare-leaves = Was nach { $title } wegfällt
compare-figures = In Zahlen: { $measure }
compare-some = { $title } ({ $shown } von { $count })
compare-limits = Gehört nicht zur Rolle { $title }

## Zahlen. Das Maß (pay, experience ...) ist ein Wort des Korpus.

figure-first = { $title } liegt vorn
figure-none = dazu nennen die Quellen keine Zahl
figure-unsaid = Sie nennen für { $title } keine Zahl zu „{ $measure }“.
figure-unsaid-any = Sie nennen für { $title } keine Zahl.
figure-unsaid-title = Das sagen die Quellen nicht
figure-others = Rollen mit einer Zahl zu „{ $measure }“
figure-others-any = Rollen mit einer Zahl

## Die Leiter, als Liste und als Bild.

ladder = Karriereleiter
ladder-of = Karriereleiter: { $family }
ladder-last = Von hier ist kein weiterer Schritt bekannt
ladder-alone = Kein Schritt hierher oder von hier bekannt
ladder-all = Alle Leitern
ladder-whole = Die ganze Leiter
families = Familien
family-unknown = Ich kenne keine Rollenfamilie namens „{ $name }“.
picture-route =
    Von { $from }
    zu { $to }
picture-idle = Kein Schritt bekannt
legend-up = ein Schritt nach oben
legend-sideways = ein Schritt zur Seite
legend-entry = ein Einstieg
words-route = Hervorgehoben: { $way }.
words-then = , dann
words-leads = Von { $title } geht es { $ways }.
words-up = nach oben zu { $titles }
words-sideways = zur Seite zu { $titles }
words-entry = als Einstieg zu { $titles }
words-idle = Kein Schritt bekannt: { $titles }.
words-more = Und { $count } weitere.

## Was man fragen kann, und was gesagt wird, wo es keine Antwort gibt.

roles-title = { $count ->
        [one] { $count } Rolle
       *[other] { $count } Rollen
    }
roles-open = Rolle öffnen
help = Hilfe
help-title = Was du fragen kannst
help-intro = Ich weiß, was Menschen in den Rollen einer Organisation tun. Frag auf Englisch in deinen eigenen Worten oder nutze einen Befehl. Jede Antwort nennt ihre Quelle; was die Quellen nicht sagen, beantworte ich nicht.
help-commands = Befehle
help-questions = Fragen, auf Englisch
# Beispiele zum Eintippen: Fragen werden nur auf Englisch verstanden.
help-question-role = What does { ARTICLE($title) } do?
help-question-path = How do I get from { $from } to { $to }?
help-question-compare = What is the difference between { ARTICLE($one) } and { ARTICLE($other) }?
help-question-next = What comes after { $title }?
help-question-why = Why have { ARTICLE($title) }?
nothing-title = Das weiß ich nicht
nothing = Darauf geben meine Dokumente keine Antwort, und ich rate nicht. Ich kann dir sagen, was eine Rolle tut, wer etwas tut und wie man von einer Rolle zur anderen kommt. Fragen verstehe ich nur auf Englisch.
nothing-role = Was macht man als { $title }?
nothing-topic = Mehr über { $title }
perhaps = Vielleicht: { $title }
perhaps-nearest = Ich bin nicht sicher, ob du danach fragst. Am nächsten kommt in meinen Dokumenten:
mistake-title = Das hat nicht geklappt
fault = Bei mir ist etwas schiefgegangen. Bitte frag mit anderen Worten; der Fehler ist im Protokoll vermerkt.

## Auf Discord.

share = Im Kanal teilen
right = 👍 Stimmt
wrong = 👎 Stimmt nicht
right-thanks = Danke, gut zu wissen.
wrong-thanks = Danke. Was du schreibst, hilft, die Antworten besser zu machen.
form-title = Was stimmt nicht?
form-label = Was hast du erwartet?
form-placeholder = Was du gefragt hast und was richtig gewesen wäre. Du kannst das Feld auch leer lassen.
apology = Bei mir ist etwas schiefgegangen, und ich konnte die Antwort nicht zeigen. Der Fehler ist im Protokoll vermerkt; bitte versuch es noch einmal oder frag mit anderen Worten.
too-much = Das war viel auf einmal, ich brauche einen Moment. Bitte versuch es in ein paar Sekunden noch einmal.
refusal-title = Das kann ich nicht
refusal-ask = Was kann ich fragen?
gone-command = Den Befehl „{ $name }“ habe ich nicht mehr. Discord merkt das bald.
gone-button = Diese Schaltfläche stammt aus einer anderen Zeit, und ich weiß nicht mehr, wonach sie gefragt hat.
gone-form = Um dieses Formular habe ich nie gebeten.
empty-message = In dieser Nachricht steht kein Text, den ich beantworten könnte, vielleicht nur ein Bild. Nutze den Befehl bei einer Nachricht, in der etwas gefragt wird.
empty-reply = Dazu habe ich nichts zu sagen.
menu-span = { $title }: { $first } bis { $last }

## /reload, für die, die einen Server verwalten.

command-reload = neuladen
    .about = Die Rollendokumente neu lesen, für alle, die den Server verwalten
reload-refused-title = Das ist für die, die den Server verwalten
reload-refused = Um die Rollendokumente neu zu lesen, brauchst du die Berechtigung „Server verwalten“. Bitte frag jemanden, der sie hat.
reload-failed-title = Ich konnte die Rollendokumente nicht lesen
reload-failed = Ich mache mit dem weiter, was ich vorher wusste. Mein Protokoll sagt dem Betreiber, was zu richten ist.
reload-slow-title = Ich lese noch
reload-slow = Es gibt viel zu lesen, und ich bin dabei; bis dahin antworte ich mit dem, was ich vorher wusste. Gib den Befehl in einer Minute noch einmal, dann siehst du, wie es ausging.
reload-done = Neu gelesen
reload-same = Nichts hat sich geändert
reload-known = Ich kenne { $roles ->
        [one] { $roles } Rolle
       *[other] { $roles } Rollen
    } und { $topics ->
        [one] { $topics } Thema
       *[other] { $topics } Themen
    }.
reload-mend = Zu richten
reload-mend-more = Zu richten, und { $count } weitere

## Im Terminal.

console-greeting = { $name } kennt { $count ->
        [one] { $count } Rolle
       *[other] { $count } Rollen
    }. Frag los, auf Englisch, oder tippe { $help }; Tab ergänzt, Strg-D beendet.
console-leave = (Strg-D beendet)
