//! Rolecall knows what people in an organisation's roles do. The rooms in reading order, and who may know whom:
//!
//! 1. [`library`], what we know: documents, names, the career graph, the index. Knows no other room.
//! 2. [`speech`], in which words: every fixed phrase, in every language. Knows no other room.
//! 3. [`bot`], what we say: a request in, a reply out. Knows `library` and `speech`; no index, no tokio, no Discord.
//! 4. [`picture`], what we show: a part of the career graph as an image. Knows `library` and `speech`.
//! 5. [`console`] and [`discord`], where we say it: a terminal, Discord. Know `bot` and `speech`, and the room behind only through
//!    `bot`; `discord` knows `picture` as well.
//! 6. [`metrics`], how the bot fares: counters and the state of the connection. Knows no other room; `discord` and `service` know it.
//! 7. [`service`], the bot as it runs for long: status for machines, a corpus that changes. Knows `discord` and `bot`.
//! 8. [`doctor`], whether it can work as it is set up. Knows `library`; `discord` tells it what Discord says, as its findings.
//! 9. [`config`]: every setting. Knows the languages there are; only `main` and its verbs know it.
//! 10. [`secret`]: a word that cannot be printed, for whoever has to hold one.

pub mod bot;
pub mod config;
pub mod console;
pub mod discord;
pub mod doctor;
pub mod library;
pub mod metrics;
pub mod picture;
pub mod secret;
pub mod service;
pub mod speech;
