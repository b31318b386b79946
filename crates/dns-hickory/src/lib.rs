//! TODO front page of dns-hickory.
