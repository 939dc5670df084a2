//! Any target of `klero-fuzz`, by the name in `KLERO_TARGET`, driven by libFuzzer.

#![no_main]

use std::sync::LazyLock;

use klero_fuzz::{Seen, Target, targets};
use libfuzzer_sys::fuzz_target;

static TARGET: LazyLock<Target> = LazyLock::new(|| {
    let wanted = std::env::var("KLERO_TARGET").unwrap_or_default();
    let found = targets().into_iter().find(|(name, _)| *name == wanted);
    found.unwrap_or_else(|| panic!("KLERO_TARGET names a folder of fuzz/corpus, not '{wanted}'"))
});

fuzz_target!(|data: &[u8]| {
    let (name, target) = *TARGET;
    if let Seen::Accepted(printed) = target(data) {
        assert_eq!(printed, data, "{name} accepts another spelling");
    }
});
