//! The fault suite: what is done to a running server, and that nothing acknowledged is lost by it.
//!
//! Each scenario is written once. Its short form runs with all tests; its long form, `#[ignore]`d, is run by `make faults`,
//! which prints the table of all lines that [`audit::Audit::record`] wrote.

mod audit;
mod clock;
mod database;
mod disk;
mod example;
mod killed;
mod load;
mod nodes;
mod restore;
mod silent;
mod site;
mod store;
mod twice;
mod wrong;
