//! The domain: values that every other room speaks of. No I/O and no parsing.

pub mod diagnostic;
