//! Rolecall knows what people in an organisation's roles do. The rooms in reading order, and who may know whom:
//!
//! 1. [`library`], what we know: documents, names, the career graph, the index. Knows no other room.
//! 2. [`bot`], what we say: a request in, a reply out. Knows `library`; no index, no tokio, no Discord.
//! 3. [`picture`], what we show: a part of the career graph as an image. Knows `library` alone.
//! 4. [`console`] and [`discord`], where we say it: a terminal, Discord. Know `bot`, and the room behind it only through it;
//!    `discord` knows `picture` as well.
//! 5. [`config`]: every setting. Only `main` knows it.

pub mod bot;
pub mod config;
pub mod console;
pub mod discord;
pub mod library;
pub mod picture;
