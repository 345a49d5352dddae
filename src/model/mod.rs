//! The domain types that the other modules share. No I/O and no parsing.

pub mod corpus;
pub mod diagnostic;
pub mod document;
