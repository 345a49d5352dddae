### The fixed phrases in English. CONTRIBUTING.md, "The translator's guide", explains this format and how to add a language.
### { $title } and other names with a dollar sign are arguments. ARTICLE() puts "a" or "an" before a title, and nothing before a
### plural; LOWER() makes the first letter lower case. A language may use both or neither.

## Commands and their options. A name is lower case, without spaces, at most 32 characters, and unique among the commands, or among the
## options of its command. The English names are identifiers: do not change them. A description (.about) is at most 100 characters.

command-role = role
    .about = What a role is, what it is responsible for, and what comes before and after it
command-duties = duties
    .about = Everything that a role is responsible for
command-path = path
    .about = The career steps from one role to another, and what changes at each
command-compare = compare
    .about = Two roles side by side: what they share, and what only one of them does
command-who = who
    .about = The roles that do something, each with the line that says so
command-next = next
    .about = Every step from a role, up and sideways, and what changes
command-ladder = ladder
    .about = The career ladder as a picture: every role and the steps between them
command-ask = ask
    .about = A question about roles in your own words
command-roles = roles
    .about = All roles that I know
command-help = help
    .about = What you can ask, with examples

option-name = name
    .about = The role: its title, an abbreviation, or a part
option-section = section
    .about = One section of the card alone, whole
option-from = from
    .about = The role to start from
option-to = to
    .about = The role to reach
option-one = one
    .about = The one role
option-other = other
    .about = The other role
option-does = does
    .about = What they do, for example: decides what gets built next
option-family = family
    .about = Only the roles of this family
option-question = question
    .about = For example: who decides what gets built next?
option-public = public
    .about = Show the answer to everybody here, not to you alone

# The command in the context menu of messages. At most 32 characters, spaces allowed.
on-message = Answer this

# Sections of a role's card; the .word is the value of the option: /role cook section:why
section-summary = What it is
    .word = summary
section-why = Why a team has one
    .word = why
section-responsibilities = Responsibilities
    .word = responsibilities
section-limits = Not part of the job
    .word = limits
section-figures = In figures
    .word = figures
section-entry = What it takes
    .word = entry
section-steps = Steps before and after
    .word = steps
section-more = More about it
    .word = more

# Words accepted between two names: "/path from cook to baker", "/compare cook and baker".
typed-from = from
typed-to = to
typed-and = and

command-unknown = There is no command /{ $name }. The commands are { $all }.
command-incomplete = /{ $command } needs { $missing }. It goes like this: { $usage }
section-unknown = There is no section “{ $name }”. The sections are { $all }.

## Parts of every reply.

sources = Sources
sources-continued = Sources, continued
ask-next = Ask next
more = More
and-more = and { $count } more
# The button for the next page: the number of items left, or the rest of a single item.
more-left = { $count } more
more-rest = The rest
# After a title: "Baker · page 2 of 3".
page-of = page { $page } of { $count }
unsaid = The sources do not say.
all-roles = All roles
all-responsibilities = All responsibilities
all-responsibilities-of = { $title }: all responsibilities

## A role's card.

card-some = Responsibilities ({ $shown } of { $count })
card-also = Also
card-also-all = everything that { ARTICLE($title) } is responsible for
card-compare = Compare with { $title }
card-section = { $title }: { LOWER($section) }
card-sections = { $title }: a section
place-aliases = Also called
place-family = Family
place-before = Before
place-next = Next
place-sideways = Sideways
place-entry = A way into
duties-title = { $title }: responsibilities
duties-none = The sources list no responsibilities for this role.
duties-unfound = Nothing that the sources say of this role fits these words.
duties-all = All that they say this role does:
as-every = As every { $title }
why-title = Why have { ARTICLE($title) }?
why-unsaid = The sources give no reason in so many words. What the role is:
which = Which one do you mean?
role-unknown = I do not know that role
role-unknown-name = No role here is called “{ $name }”.
role-unknown-near = No role here is called “{ $name }”. Did you mean one of these?

## Paths between roles.

from-role = From { $title }
to-role = To { $title }
path-title = From { $from } to { $to }
path-there = { $title }: you are there
path-same = Both names mean the same role, so there is no step between. What comes after it:
path-steps = { $count ->
        [one] { $count } step
       *[other] { $count } steps
    }: { $way }
path-as-short = Just as short
path-down = That way leads down: { $from } comes after { $to }. The way up is { $way }.
path-up = The way up
path-common = The sources name no steps from { $from } to { $to }. The nearest role from which both can be reached is { $common }.
path-none = The sources name no steps from { $from } to { $to }, nor a role that leads to both.
path-between = { $from } to { $to }
path-incomplete = A path needs two roles: the one to start from, and the one to reach. For example: { $usage }
next-title = After { $title }
next-none = The sources name no step from { $title }.
next-none-sideways = The sources name no sideways step from { $title }.
step-sideways = { $title } (sideways)
step-entry = { $title } (a way in)
step-new = New
step-left = Left behind
step-unsaid = The sources do not say what changes.
into-title = How to become { ARTICLE($title) }
into-unsaid = The sources do not say how somebody gets there.
ways-in = Ways in
ways-in-first = The role to look at first

## Owners of a duty, and yes/no questions. The headings (check-yes ...) come before statements of the corpus.

who-first = { $title }, first of all
who-nobody = Nobody that the sources name
who-heir = has the same responsibilities, and more
check-yes-title = { $title }: yes
check-no-title = { $title }: no
check-depends-title = { $title }: it depends
check-unsaid-title = { $title }: not said
check-yes = Yes. The sources say
check-no = No. The sources say
check-depends = Not plainly. The sources say
check-elsewhere = The sources do not say so of { ARTICLE($title) }. They say of others
check-own = What comes nearest of { ARTICLE($title) }
check-nearest = The sources do not say so outright. What comes nearest
check-unsaid = The sources do not say so, nor the opposite.
check-inherited = Yes. { $title } has all that { ARTICLE($other) } is responsible for.

## Two roles side by side.

compare-title = { $one } and { $other }
compare-incomplete = A comparison needs two roles. For example: { $usage }
compare-height = { $above } comes { $count ->
        [one] { $count } step
       *[other] { $count } steps
    } after { $below }.
compare-shared = Shared
compare-shared-all = { $title } has all that { ARTICLE($other) } is responsible for
compare-adds = What { $title } adds
compare-leaves = What is left behind with { $title }
compare-figures = In figures: { $measure }
compare-some = { $title } ({ $shown } of { $count })
compare-limits = Not part of being { ARTICLE($title) }

## Metrics. The name of the metric (pay, experience ...) comes from the corpus.

figure-first = { $title } comes first
figure-none = the sources give no such figure
figure-unsaid = They give no { $measure } for { $title }.
figure-unsaid-any = They give no figure for { $title }.
figure-unsaid-title = The sources do not say
figure-others = Roles with a figure for { $measure }
figure-others-any = Roles with a figure

## The career ladder as a list and as a diagram.

ladder = Career ladder
ladder-of = Career ladder: { $family }
ladder-last = No step known from these
ladder-alone = No step known to or from these
ladder-all = All ladders
ladder-whole = The whole ladder
families = Families
family-unknown = I know no family of roles called “{ $name }”.
# The title of a diagram, in two lines.
picture-route =
    From { $from }
    to { $to }
picture-idle = No step known
legend-up = a step up
legend-sideways = a step sideways
legend-entry = a way in
# The alternative text of a diagram: "Highlighted: Waiter, then Cook. Waiter leads up to Cook, Baker; into Usher."
words-route = Highlighted: { $way }.
words-then = , then
words-leads = { $title } leads { $ways }.
words-up = up to { $titles }
words-sideways = sideways to { $titles }
words-entry = into { $titles }
words-idle = No step known: { $titles }.
words-more = And { $count } more.

## Help, and replies without an answer.

roles-title = { $count ->
        [one] { $count } role
       *[other] { $count } roles
    }
roles-open = Open a role
help = Help
help-title = What you can ask
help-intro = I know what people in an organisation's roles do. Ask in your own words, or use a command. Every answer names its source; what the sources do not say, I do not answer.
help-commands = Commands
help-questions = Questions
# Example questions. Questions are understood in English only: keep these five in English in every language.
help-question-role = What does { ARTICLE($title) } do?
help-question-path = How do I get from { $from } to { $to }?
help-question-compare = What is the difference between { ARTICLE($one) } and { ARTICLE($other) }?
help-question-next = What comes after { $title }?
help-question-why = Why have { ARTICLE($title) }?
nothing-title = I do not know that
nothing = My documents do not answer this, and I do not guess. I can tell what a role does, who does something, and how to get from one role to another.
# Buttons.
nothing-role = What does { ARTICLE($title) } do?
nothing-topic = Tell me about { $title }
perhaps = Perhaps: { $title }
perhaps-nearest = I am not sure that this is what you ask. What comes nearest in my documents:
mistake-title = That did not work
fault = Something went wrong on my side. Please ask in other words; the fault has been logged.

## On Discord.

share = Share in channel
right = 👍 Right
wrong = 👎 Wrong
right-thanks = Thank you, that is good to know.
wrong-thanks = Thank you. What you say helps to make the answers better.
# The modal of the "Wrong" button: title and label at most 45 characters, placeholder 100.
form-title = What went wrong?
form-label = What did you expect?
form-placeholder = What you asked, and what would have been right. You can leave this empty.
apology = Something went wrong on my side, and I could not show the answer. It has been logged; please try again, or ask in other words.
too-much = That was a lot at once, and I need a moment. Please try again in a few seconds.
refusal-title = I cannot do that
refusal-ask = What can I ask?
gone-command = I no longer have the command “{ $name }”. Discord will have noticed soon.
gone-button = That button is from another time, and I no longer know what it asked.
gone-form = I never asked for that form.
empty-message = There is no text in that message that I could answer, perhaps just a picture. Use this on a message that asks something.
empty-reply = I have nothing to say to that.
menu-span = { $title }: { $first } to { $last }

## /reload, for members with the Manage Server permission.

command-reload = reload
    .about = Read the role documents anew, for those who manage the server
reload-refused-title = That is for those who manage the server
reload-refused = Reading the role documents anew takes the permission Manage Server. Please ask somebody who has it.
reload-failed-title = I could not read the role documents
reload-failed = I go on with what I knew before. My log tells the operator what to mend.
reload-slow-title = I am still reading
reload-slow = There is much to read, and I go on with it; until then I answer from what I knew before. Give the command again in a minute to see how it went.
reload-done = Read anew
reload-same = Nothing has changed
reload-known = I know { $roles ->
        [one] { $roles } role
       *[other] { $roles } roles
    } and { $topics ->
        [one] { $topics } topic
       *[other] { $topics } topics
    }.
reload-mend = To mend
reload-mend-more = To mend, and { $count } more

## In a terminal.

console-greeting = { $name } knows { $count ->
        [one] { $count } role
       *[other] { $count } roles
    }. Ask away, or type { $help }; Tab completes, Ctrl-D leaves.
console-leave = (Ctrl-D leaves)
