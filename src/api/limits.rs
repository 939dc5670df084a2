//! Bounds of the API: sizes, times, numbers at once. Each says why.

use std::time::Duration;

/// Bounds of everything that somebody may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest JSON body: a terms note has 24 KiB, a list of quotas a few more.
    pub body_bytes: usize,
    /// Largest pool that is uploaded: 10,000,000 rows of 200 bytes.
    pub upload_bytes: u64,
    /// Most rows of a spreadsheet: what a sheet can hold.
    pub sheet_rows: u64,
    /// Spreadsheets of all organisers that are converted at once: each may take 1.5 GB of memory, in a process of its own.
    pub sheets_at_once: usize,
    /// Longest wait for an ordinary answer.
    pub request_time: Duration,
    /// Longest upload.
    pub upload_time: Duration,
    /// Requests of one account (or one address, if nobody is signed in) in a minute.
    pub requests_per_minute: u32,
    /// Attempts to sign in or to accept an invitation from one address, or to give a second factor or a password for one account, in a minute.
    pub attempts_per_minute: u32,
    /// Requests of one organiser that are carried out at once.
    pub at_once: usize,
    /// Passwords that are hashed at once: each takes 19 MiB and some 20 ms.
    pub passwords_at_once: usize,
    /// How long a session lasts.
    pub session_secs: u64,
    /// How long an invitation lasts.
    pub invitation_secs: u64,
    /// How long the answer to a POST is kept for its `Idempotency-Key`.
    pub answers_kept_secs: u64,
    /// Jobs of all organisers that run at once. The scheduler and the pages need the other processors.
    pub jobs_at_once: usize,
    /// Jobs of one organiser that wait or run.
    pub jobs_waiting: usize,
    /// Longest job.
    pub job_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            upload_bytes: 4 << 30,
            sheet_rows: 1_048_576,
            sheets_at_once: 1,
            request_time: Duration::from_secs(60),
            upload_time: Duration::from_secs(3_600),
            requests_per_minute: 600,
            attempts_per_minute: 10,
            at_once: 16,
            passwords_at_once: 2,
            session_secs: 12 * 3_600,
            invitation_secs: 7 * 86_400,
            answers_kept_secs: 86_400,
            jobs_at_once: 1,
            jobs_waiting: 4,
            job_time: Duration::from_secs(3_600),
        }
    }
}
