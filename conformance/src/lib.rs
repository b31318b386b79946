//! Runs the public conformance suites.
