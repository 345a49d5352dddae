//! The program as a process, connected to a stand-in for Discord: what members see, and what operators see.

mod connection;
mod diagrams;
mod doctor;
mod edits;
mod feedback;
mod flows;
mod http;
mod languages;
mod mute;
mod operation;
mod pages;
mod posted_buttons;
mod process;
mod registering;
mod reload;
mod sharing;
mod status;
mod storms;
mod transcript;
mod trouble;
