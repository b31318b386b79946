//! How often a thread asks for memory.

/// The allocations of this thread while `work` runs; one that grows counts again.
pub fn count(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}
