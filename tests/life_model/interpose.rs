//! Ends this process at the n-th call by which something becomes durable, as a crash would: nothing is flushed, closed or dropped.
//!
//! A program's own symbols come before those of the C library, so that every file that anything here syncs, renames or removes passes through
//! these functions: the log's, the database's, the pools'. Each carries out the real system call. Whatever is written between two of them may
//! be there or not after a real crash of the process, and here it is.

#![expect(unsafe_code, reason = "stands in for functions of the C library")]

use std::ffi::{CStr, c_char, c_int};
use std::os::fd::BorrowedFd;
use std::sync::atomic::{AtomicI64, Ordering};

/// Calls that still return; below zero: no end.
static LEFT: AtomicI64 = AtomicI64::new(i64::MIN);

/// From now on the call after the next `calls` does not return, and nothing after it happens.
pub(crate) fn end_after(calls: u32) {
    LEFT.store(i64::from(calls), Ordering::SeqCst);
}

/// No end any more.
pub(crate) fn stop_counting() {
    LEFT.store(i64::MIN, Ordering::SeqCst);
}

fn pass() {
    if LEFT.load(Ordering::SeqCst) >= 0 && LEFT.fetch_sub(1, Ordering::SeqCst) == 0 {
        std::process::abort();
    }
}

fn told(result: rustix::io::Result<()>) -> c_int {
    match result {
        Ok(()) => 0,
        Err(error) => {
            nix::errno::Errno::from_raw(error.raw_os_error()).set();
            -1
        }
    }
}

/// SAFETY of all: they are called as the C library's functions are, by code that keeps their contract.
#[unsafe(no_mangle)]
unsafe extern "C" fn fsync(fd: c_int) -> c_int {
    pass();
    told(rustix::fs::fsync(unsafe { BorrowedFd::borrow_raw(fd) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn fdatasync(fd: c_int) -> c_int {
    pass();
    told(rustix::fs::fdatasync(unsafe { BorrowedFd::borrow_raw(fd) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn rename(from: *const c_char, to: *const c_char) -> c_int {
    pass();
    told(rustix::fs::rename(unsafe { CStr::from_ptr(from) }, unsafe { CStr::from_ptr(to) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    pass();
    told(rustix::fs::unlink(unsafe { CStr::from_ptr(path) }))
}

#[unsafe(no_mangle)]
unsafe extern "C" fn unlinkat(folder: c_int, path: *const c_char, flags: c_int) -> c_int {
    pass();
    let flags = rustix::fs::AtFlags::from_bits_retain(flags.unsigned_abs());
    let (folder, path) = unsafe { (BorrowedFd::borrow_raw(folder), CStr::from_ptr(path)) };
    told(rustix::fs::unlinkat(folder, path, flags))
}
