//! The organisers' API under `/api/v1`: accounts, pools, drafts, decisions and everything else that a town clerk needs besides the log.
//!
//! The state of a draw is the log and only the log; what the API keeps besides lies in a store of its own ([`desk`]). Every change is one
//! batch, stored whole together with the answer to its request, or one step of the log. Handlers never hash, draw or sign; no member's key
//! ever comes here; no answer, log line or error names a person of a pool but those that exist for that (results, letters).

pub mod access;
mod accounts;
mod answers;
mod child;
mod complaints;
mod decisions;
pub mod desk;
mod document;
mod drafts;
mod draws;
mod file_problem;
mod guard;
pub(crate) mod inputs;
mod invitations;
mod jobs;
mod letters;
mod limits;
mod linked;
mod member_keys;
mod opening;
mod organisers;
mod page;
mod password;
mod pool_record;
mod pools;
mod posted;
mod problem;
mod results;
mod sealed;
mod session;
mod tokens;
mod totp;
mod values;
mod work;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::response::Response;
use utoipa_axum::router::OpenApiRouter;

use crate::failure::{Failure, Named};
use crate::service::Service;
use crate::store::Records;
use desk::Desk;

pub use invitations::{InviteWish, Invited, invite};
pub use limits::Limits;
pub use opening::{export, import, open_records, waits_for_data_key};
pub use problem::{Kind, Problem, ProblemBody};

/// Where the API lives.
pub const PREFIX: &str = "/api/v1";

/// How the API runs.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Bounds of everything.
    pub limits: Limits,
    /// How long pools are kept.
    pub retention: crate::retention::Retention,
    /// The program that solver jobs run in, as a process of their own: `klero` itself.
    pub program: PathBuf,
}

impl Default for Setup {
    fn default() -> Self {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("klero"));
        Self { limits: Limits::default(), retention: crate::retention::Retention::default(), program }
    }
}

/// The API of one service.
#[derive(Clone)]
pub struct Api(Arc<Inner>);

struct Inner {
    service: Arc<Service>,
    desk: Desk,
    setup: Setup,
    guards: guard::Guards,
    locks: work::Locks,
    under_way: Mutex<std::collections::BTreeSet<String>>,
    passwords: password::Passwords,
    jobs: jobs::Jobs,
    /// Turns of spreadsheets that are converted.
    sheets: Arc<tokio::sync::Semaphore>,
    locators: answers::Locators,
    document: std::sync::OnceLock<String>,
}

impl std::fmt::Debug for Api {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Api").field("setup", &self.0.setup).finish_non_exhaustive()
    }
}

/// The folder of the desk below a service's folder.
#[must_use]
pub fn folder(dir: &Path) -> PathBuf {
    dir.join("desk")
}

/// The folders on the desk with keys of their own: pools, uploads, lists, and the keys of its records. For whoever replaces the data key.
pub fn sealed_folders(dir: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let folder = folder(dir);
    let mut parents = vec![pools::pools_in(&folder), pools::uploads_in(&folder), sealed::keys_in(&folder)];
    parents.extend(jobs::folders_in(&folder));
    for parent in parents {
        let Ok(items) = std::fs::read_dir(&parent) else { continue };
        for item in items {
            let path = item.named("read", &parent)?.path();
            if path.join(crate::vault::WRAPPED_KEY).exists() {
                found.push(path);
            }
        }
    }
    Ok(found)
}

impl Api {
    /// The API of this service, with these records.
    #[must_use]
    pub fn new(service: Arc<Service>, records: Arc<dyn Records>, setup: Setup) -> Self {
        Self(Arc::new(Inner {
            service,
            desk: Desk::new(records),
            guards: guard::Guards::new(&setup.limits),
            passwords: password::Passwords::new(&setup.limits),
            jobs: jobs::Jobs::new(&setup.limits),
            sheets: Arc::new(tokio::sync::Semaphore::new(setup.limits.sheets_at_once)),
            locators: answers::Locators::default(),
            setup,
            locks: work::Locks::default(),
            under_way: Mutex::default(),
            document: std::sync::OnceLock::new(),
        }))
    }

    /// All routes, to be merged with the public pages.
    pub fn router(&self) -> Router {
        let (routes, document) = routes().split_for_parts();
        let _known = self.0.document.set(document::complete(&document));
        let guarded = axum::middleware::from_fn_with_state(self.clone(), guard::guard);
        let inner = routes
            .method_not_allowed_fallback(guard::no_method)
            .route_layer(guarded)
            .fallback(guard::no_path)
            .layer(axum::middleware::map_response(harden))
            .with_state(self.clone());
        Router::new().nest(PREFIX, inner)
    }

    /// Keeps house, every hour, until it is dropped.
    pub async fn run(self) {
        loop {
            let api = self.clone();
            let _swept = tokio::task::spawn_blocking(move || api.sweep()).await;
            tokio::time::sleep(std::time::Duration::from_secs(3_600)).await;
        }
    }

    /// Forgets what has ended: sessions, invitations, answers to repeated requests.
    pub fn sweep(&self) -> Result<(), Problem> {
        self.locked(work::HOUSE, |tx| {
            session::sweep(self, &mut tx.batch)?;
            invitations::sweep(self, &mut tx.batch)?;
            posted::sweep(self, &mut tx.batch)?;
            self.desk().commit(&tx.batch)
        })?;
        pools::sweep(self)?;
        self.forget_erased()
    }

    /// Destroys what service and desk hold of the people of erased draws: pools, tables, lists, letters, answers, complaints. To be called when
    /// draws were erased beside the API; blocks.
    pub fn forget_erased(&self) -> Result<(), Problem> {
        decisions::forget_erased(self)
    }

    /// Does so whenever the log shows another erasure: its step may have waited for witnesses long after whoever handed it in was answered. Holds
    /// nothing while it waits, and ends with the service.
    pub async fn follow_erasures(self) {
        let mut changes = self.service().changes();
        let inner = Arc::downgrade(&self.0);
        drop(self);
        let mut known = 0;
        while changes.changed().await.is_ok() {
            let Some(api) = inner.upgrade().map(Self) else { return };
            match tokio::task::spawn_blocking(move || api.forget_newly_erased(known)).await {
                Ok(erased) => known = erased,
                Err(_) => return,
            }
        }
    }

    /// Forgets if another number of draws is erased than is known. How many it then knows of: as many as before, if it must be tried again.
    fn forget_newly_erased(&self, known: usize) -> usize {
        let erased = self.service().ledger().draws().filter(|(_, state)| state.erased().is_some()).count();
        if erased == known {
            return known;
        }
        match self.forget_erased() {
            Ok(()) => erased,
            Err(problem) => {
                let detail = problem.body().detail;
                tracing::warn!(detail, "an erasure is not carried out yet; it is tried again within an hour");
                known
            }
        }
    }

    /// Brings everything in order that a crash or a stop has left half way: decisions on their way into the log, jobs, files that no record
    /// names. To be called once, before the API answers.
    pub fn recover(&self) -> Result<(), Problem> {
        decisions::recover(self)?;
        jobs::recover(self)?;
        pools::recover(self)?;
        let out = self.folder().join("out");
        if out.exists() {
            std::fs::remove_dir_all(&out).named("remove", &out)?;
        }
        Ok(())
    }

    fn folder(&self) -> PathBuf {
        folder(&self.0.service.folder())
    }
    fn jobs(&self) -> &jobs::Jobs {
        &self.0.jobs
    }
    fn program(&self) -> &Path {
        &self.0.setup.program
    }
    fn desk(&self) -> &Desk {
        &self.0.desk
    }
    fn service(&self) -> &Arc<Service> {
        &self.0.service
    }
    fn limits(&self) -> &Limits {
        &self.0.setup.limits
    }
    fn now(&self) -> u64 {
        self.0.service.clock().now()
    }
}

/// The OpenAPI document, as it is served.
#[must_use]
pub fn openapi() -> String {
    document::complete(&routes().into_openapi())
}

fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::with_openapi(document::base())
        .merge(document::routes())
        .merge(session::routes())
        .merge(accounts::routes())
        .merge(totp::routes())
        .merge(tokens::routes())
        .merge(invitations::routes())
        .merge(organisers::routes())
        .merge(member_keys::routes())
        .merge(decisions::routes())
        .merge(pools::routes())
        .merge(values::routes())
        .merge(linked::routes())
        .merge(jobs::routes())
        .merge(drafts::routes())
        .merge(draws::routes())
        .merge(results::routes())
        .merge(letters::routes())
        .merge(answers::routes())
        .merge(complaints::routes())
}

/// Whether a route takes a file of people: it may take long.
fn is_upload(path: &str) -> bool {
    path == "/organisers/{organiser}/pools"
}

/// No answer of the API is kept by anybody on its way; none is framed, sniffed or scripted.
async fn harden(mut response: Response) -> Response {
    use axum::http::{HeaderValue, header};
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("no-referrer"));
    headers.entry("content-security-policy").or_insert(HeaderValue::from_static(
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ));
    response
}
