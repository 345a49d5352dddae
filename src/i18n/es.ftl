### Todas las frases fijas en español. El bot tutea; los títulos de los roles quedan como los escribe el corpus, sin artículo.

## Comandos y sus opciones.

command-role = rol
    .about = Qué es un rol, de qué se encarga y qué viene antes y después
command-duties = responsabilidades
    .about = Todo aquello de lo que se encarga un rol
command-path = ruta
    .about = Los pasos de carrera de un rol a otro, y qué cambia en cada uno
command-compare = comparar
    .about = Dos roles frente a frente: qué comparten y qué hace solo uno de ellos
command-who = quién
    .about = Los roles que hacen algo, cada uno con la línea que lo dice
command-next = siguiente
    .about = Todos los pasos desde un rol, hacia arriba y de lado, y qué cambia
command-ladder = escala
    .about = La escala profesional en una imagen: todos los roles y los pasos entre ellos
command-ask = preguntar
    .about = Una pregunta sobre roles con tus propias palabras, en inglés
command-roles = roles
    .about = Todos los roles que conozco
command-help = ayuda
    .about = Qué puedes preguntar, con ejemplos

option-name = nombre
    .about = El rol: su título, una abreviatura o una parte
option-section = sección
    .about = Solo una sección de la ficha, entera
option-from = desde
    .about = El rol de partida
option-to = hasta
    .about = El rol de llegada
option-one = uno
    .about = Uno de los roles
option-other = otro
    .about = El otro rol
option-does = hace
    .about = Qué hacen, en inglés; por ejemplo: decides what gets built next
option-family = familia
    .about = Solo los roles de esta familia
option-question = pregunta
    .about = En inglés; por ejemplo: who decides what gets built next?
option-public = público
    .about = Mostrar la respuesta a todo el mundo aquí, no solo a ti

on-message = Responder a esto

section-summary = Qué es
    .word = resumen
section-why = Por qué lo tiene un equipo
    .word = porqué
section-responsibilities = Responsabilidades
    .word = responsabilidades
section-limits = Lo que no le corresponde
    .word = límites
section-figures = En cifras
    .word = cifras
section-entry = Qué se necesita
    .word = acceso
section-steps = Pasos antes y después
    .word = pasos
section-more = Más sobre el rol
    .word = más

typed-from = desde
typed-to = hasta
typed-and = y

command-unknown = No existe el comando /{ $name }. Los comandos son { $all }.
command-incomplete = A /{ $command } le falta: { $missing }. Se usa así: { $usage }
section-unknown = No existe la sección «{ $name }». Las secciones son { $all }.

## Lo que aparece en todas las respuestas.

sources = Fuentes
sources-continued = Más fuentes
ask-next = Sigue preguntando
more = Más
and-more = y { $count } más
more-left = { $count } más
more-rest = El resto
page-of = página { $page } de { $count }
unsaid = Las fuentes no lo dicen.
all-roles = Todos los roles
all-responsibilities = Todas las responsabilidades
all-responsibilities-of = { $title }: todas las responsabilidades

## La ficha de un rol.

card-some = Responsabilidades ({ $shown } de { $count })
card-also = Además
card-also-all = todas las responsabilidades del rol { $title }
card-compare = Comparar con { $title }
card-section = { $title }: { LOWER($section) }
card-sections = { $title }: elige una sección
place-aliases = También llamado
place-family = Familia
place-before = Antes
place-next = Después
place-sideways = De lado
place-entry = Acceso a
duties-title = { $title }: responsabilidades
duties-none = Las fuentes no mencionan responsabilidades para este rol.
duties-unfound = Nada de lo que las fuentes dicen de este rol encaja con estas palabras.
duties-all = Todo lo que, según ellas, hace este rol:
as-every = Como cualquier { $title }
why-title = ¿Para qué existe el rol { $title }?
why-unsaid = Las fuentes no dan una razón expresa. Qué es el rol:
which = ¿A cuál te refieres?
role-unknown = No conozco ese rol
role-unknown-name = Aquí ningún rol se llama «{ $name }».
role-unknown-near = Aquí ningún rol se llama «{ $name }». ¿Quizá alguno de estos?

## Caminos de un rol a otro.

from-role = Desde { $title }
to-role = Hacia { $title }
path-title = De { $from } a { $to }
path-there = { $title }: ya estás ahí
path-same = Los dos nombres son del mismo rol, así que no hay ningún paso entre ellos. Lo que viene después:
path-steps = { $count ->
        [one] { $count } paso
       *[other] { $count } pasos
    }: { $way }
path-as-short = Igual de corto
path-down = Ese camino va hacia abajo: { $from } viene después de { $to }. Hacia arriba se va así: { $way }.
path-up = El camino hacia arriba
path-common = Las fuentes no mencionan pasos de { $from } a { $to }. El rol más cercano desde el que se llega a ambos es { $common }.
path-none = Las fuentes no mencionan pasos de { $from } a { $to }, ni un rol que lleve a ambos.
path-between = De { $from } a { $to }
path-incomplete = Una ruta necesita dos roles: el de partida y el de llegada. Por ejemplo: { $usage }
next-title = Después de { $title }
next-none = Las fuentes no mencionan ningún paso desde { $title }.
next-none-sideways = Las fuentes no mencionan ningún paso lateral desde { $title }.
step-sideways = { $title } (de lado)
step-entry = { $title } (acceso)
step-new = Nuevo
step-left = Queda atrás
step-unsaid = Las fuentes no dicen qué cambia.
into-title = Cómo llegar a ser { $title }
into-unsaid = Las fuentes no dicen cómo se llega ahí.
ways-in = Vías de acceso
ways-in-first = El primer rol que conviene mirar

## Quién hace algo, y si alguien lo hace.

who-first = Ante todo, { $title }
who-nobody = Nadie que las fuentes mencionen
who-heir = tiene las mismas responsabilidades y alguna más
check-yes-title = { $title }: sí
check-no-title = { $title }: no
check-depends-title = { $title }: depende
check-unsaid-title = { $title }: no consta
check-yes = Sí. Las fuentes dicen
check-no = No. Las fuentes dicen
check-depends = No está claro. Las fuentes dicen
check-elsewhere = Las fuentes no lo dicen del rol { $title }. De otros dicen
check-own = Lo más cercano del rol { $title }
check-nearest = Las fuentes no lo dicen expresamente. Lo más cercano
check-unsaid = Las fuentes no dicen ni eso ni lo contrario.
check-inherited = Sí. { $title } tiene también todas las responsabilidades del rol { $other }.

## Dos roles frente a frente.

compare-title = { $one } y { $other }
compare-incomplete = Una comparación necesita dos roles. Por ejemplo: { $usage }
compare-height = { $above } viene { $count ->
        [one] { $count } paso
       *[other] { $count } pasos
    } después de { $below }.
compare-shared = En común
compare-shared-all = { $title } tiene también todas las responsabilidades del rol { $other }
compare-adds = Qué añade { $title }
compare-leaves = Qué queda atrás con { $title }
compare-figures = En cifras: { $measure }
compare-some = { $title } ({ $shown } de { $count })
compare-limits = Lo que no corresponde al rol { $title }

## Cifras. La medida (pay, experience ...) es una palabra del corpus.

figure-first = { $title } va por delante
figure-none = las fuentes no dan esa cifra
figure-unsaid = No dan ninguna cifra de «{ $measure }» para { $title }.
figure-unsaid-any = No dan ninguna cifra para { $title }.
figure-unsaid-title = Las fuentes no lo dicen
figure-others = Roles con una cifra de «{ $measure }»
figure-others-any = Roles con alguna cifra

## La escala, en lista y en imagen.

ladder = Escala profesional
ladder-of = Escala profesional: { $family }
ladder-last = No se conoce ningún paso desde aquí
ladder-alone = No se conoce ningún paso hacia aquí ni desde aquí
ladder-all = Todas las escalas
ladder-whole = La escala completa
families = Familias
family-unknown = No conozco ninguna familia de roles llamada «{ $name }».
picture-route =
    De { $from }
    a { $to }
picture-idle = Sin pasos conocidos
legend-up = un paso hacia arriba
legend-sideways = un paso de lado
legend-entry = una vía de acceso
words-route = Resaltado: { $way }.
words-then = , luego
words-leads = Desde { $title } { $ways }.
words-up = se sube a { $titles }
words-sideways = se pasa de lado a { $titles }
words-entry = se accede a { $titles }
words-idle = Sin pasos conocidos: { $titles }.
words-more = Y { $count } más.

## Qué se puede preguntar, y qué se dice cuando no hay respuesta.

roles-title = { $count ->
        [one] { $count } rol
       *[other] { $count } roles
    }
roles-open = Abrir un rol
help = Ayuda
help-title = Qué puedes preguntar
help-intro = Sé qué hace la gente en los roles de una organización. Pregunta en inglés con tus propias palabras o usa un comando. Cada respuesta indica su fuente; lo que las fuentes no dicen, no lo respondo.
help-commands = Comandos
help-questions = Preguntas, en inglés
# Ejemplos para escribir: las preguntas solo se entienden en inglés.
help-question-role = What does { ARTICLE($title) } do?
help-question-path = How do I get from { $from } to { $to }?
help-question-compare = What is the difference between { ARTICLE($one) } and { ARTICLE($other) }?
help-question-next = What comes after { $title }?
help-question-why = Why have { ARTICLE($title) }?
nothing-title = Eso no lo sé
nothing = Mis documentos no responden a esto, y yo no adivino. Puedo decirte qué hace un rol, quién hace algo y cómo se llega de un rol a otro. Solo entiendo preguntas en inglés.
nothing-role = ¿En qué consiste ser { $title }?
nothing-topic = Más sobre { $title }
perhaps = Quizá: { $title }
perhaps-nearest = No estoy seguro de que preguntes por esto. Lo más cercano en mis documentos:
mistake-title = No ha funcionado
fault = Algo ha fallado por mi parte. Pregunta con otras palabras, por favor; el fallo ha quedado registrado.

## En Discord.

share = Compartir en el canal
right = 👍 Correcto
wrong = 👎 Incorrecto
right-thanks = Gracias, es bueno saberlo.
wrong-thanks = Gracias. Lo que cuentas ayuda a mejorar las respuestas.
form-title = ¿Qué está mal?
form-label = ¿Qué esperabas?
form-placeholder = Qué preguntaste y cuál habría sido la respuesta correcta. Puedes dejarlo vacío.
apology = Algo ha fallado por mi parte y no he podido mostrar la respuesta. Ha quedado registrado; inténtalo de nuevo, por favor, o pregunta con otras palabras.
too-much = Han sido muchas preguntas de golpe y necesito un momento. Inténtalo de nuevo en unos segundos, por favor.
refusal-title = Eso no puedo hacerlo
refusal-ask = ¿Qué puedo preguntar?
gone-command = Ya no tengo el comando «{ $name }». Discord lo notará pronto.
gone-button = Ese botón es de otra época, y ya no sé qué preguntaba.
gone-form = Nunca he pedido ese formulario.
empty-message = En ese mensaje no hay ningún texto que pueda responder; quizá solo haya una imagen. Usa esto en un mensaje que pregunte algo.
empty-reply = No tengo nada que decir a eso.
menu-span = { $title }: de { $first } a { $last }

## /reload, para quienes gestionan un servidor.

command-reload = recargar
    .about = Leer de nuevo los documentos de los roles, para quienes gestionan el servidor
reload-refused-title = Eso es para quienes gestionan el servidor
reload-refused = Para leer de nuevo los documentos de los roles hace falta el permiso «Gestionar servidor». Pídeselo a alguien que lo tenga.
reload-failed-title = No he podido leer los documentos de los roles
reload-failed = Sigo con lo que sabía antes. Mi registro le dice al operador qué hay que arreglar.
reload-slow-title = Todavía estoy leyendo
reload-slow = Hay mucho que leer y sigo en ello; mientras tanto respondo con lo que sabía antes. Repite el comando dentro de un minuto para ver cómo ha ido.
reload-done = Leído de nuevo
reload-same = No ha cambiado nada
reload-known = Conozco { $roles ->
        [one] { $roles } rol
       *[other] { $roles } roles
    } y { $topics ->
        [one] { $topics } tema
       *[other] { $topics } temas
    }.
reload-mend = Por arreglar
reload-mend-more = Por arreglar, y { $count } más

## En la terminal.

console-greeting = { $name } conoce { $count ->
        [one] { $count } rol
       *[other] { $count } roles
    }. Pregunta en inglés o escribe { $help }; Tab completa, Ctrl-D sale.
console-leave = (Ctrl-D sale)
