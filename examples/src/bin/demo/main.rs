//! placeholder
mod meddler;
mod paint;
fn main() {}
