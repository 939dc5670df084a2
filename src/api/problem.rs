//! What a caller of the API is told when something does not work: RFC 9457 problem details with a stable `type`, what was expected, what was
//! found, and what to do next. The one place that turns any failure into a status. Never tells an error's source, never names a person.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::file_problem::FileProblems;
use crate::compose::NotComposed;
use crate::failure::Failure;
use crate::store::StoreError;

/// Every `type` begins with this.
pub(super) const TYPE_PREFIX: &str = "urn:kleroterion:problem:";

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $status:ident, $slug:literal, $title:literal;)*) => {
        /// What kind of problem it is. Each has a status and a `type` of its own, which never change.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $($(#[$doc])* $name,)* }

        impl Kind {
            /// All kinds, for the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status,)* }
            }
            /// The last part of `type`.
            #[must_use]
            pub fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug,)* }
            }
            /// A short title, the same for every problem of this kind.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }
    };
}

kinds! {
    /// The request cannot be read: JSON, a parameter, a header.
    Malformed = BAD_REQUEST, "malformed", "The request cannot be read";
    /// A POST without an `Idempotency-Key`.
    KeyMissing = BAD_REQUEST, "idempotency-key-missing", "Idempotency-Key is missing";
    /// Nobody, or nobody any more.
    Unauthenticated = UNAUTHORIZED, "unauthenticated", "Sign in first";
    /// Known, and not allowed.
    Forbidden = FORBIDDEN, "forbidden", "Not allowed for this account";
    /// A cookie without the token that only our own pages know.
    Csrf = FORBIDDEN, "csrf", "The CSRF token is missing or wrong";
    /// Not there, or not for this organiser to see.
    NotFound = NOT_FOUND, "not-found", "Not found";
    /// The path is right, the method is not.
    Method = METHOD_NOT_ALLOWED, "method-not-allowed", "No such method here";
    /// Against the rules, or not possible in this state.
    Refused = CONFLICT, "refused", "Refused by the rules";
    /// Seats, reserves, strata or panels do not go with the pool.
    Infeasible = CONFLICT, "infeasible", "The pool cannot fill these seats";
    /// A certificate of fairness that is not about the list, its people and its quotas.
    Certificate = CONFLICT, "certificate", "The certificate of fairness does not fit the list";
    /// A table with unique rows, and no reason to publish it.
    UniqueRows = CONFLICT, "unique-rows", "Somebody stands alone in the published table";
    /// The same request is being carried out.
    InProgress = CONFLICT, "in-progress", "The same request is being carried out";
    /// `If-Match` names another version.
    Stale = PRECONDITION_FAILED, "stale", "Somebody has changed it meanwhile";
    /// A body over the limit of its route.
    TooLarge = PAYLOAD_TOO_LARGE, "too-large", "The body is too large";
    /// Another content type than the route takes.
    MediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "This content type is not taken here";
    /// Readable, and wrong.
    Invalid = UNPROCESSABLE_ENTITY, "invalid", "The request is wrong";
    /// An `Idempotency-Key` with another request than before.
    KeyReused = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency-Key was used for another request";
    /// An edit without `If-Match`.
    MatchMissing = PRECONDITION_REQUIRED, "if-match-missing", "If-Match is missing";
    /// Too many requests.
    TooMany = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests";
    /// A fault of the service.
    Internal = INTERNAL_SERVER_ERROR, "internal", "A fault of the service";
    /// Not possible now.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Not possible at the moment";
}

/// A problem on its way to the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: Kind,
    detail: String,
    advice: Option<String>,
    file: Option<FileProblems>,
    retry_after_secs: Option<u64>,
}

/// Problem details, RFC 9457.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ProblemBody {
    /// A URN that never changes for this kind of problem
    #[schema(example = "urn:kleroterion:problem:refused")]
    pub r#type: String,
    /// The kind of problem in words
    pub title: String,
    /// The HTTP status
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// What was expected and what was found
    pub detail: String,
    /// What to do now
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub advice: Option<String>,
    /// If a file of people is at fault: what is wrong with it, as kinds and places
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub file: Option<FileProblems>,
}

impl Problem {
    /// A problem of this kind.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), advice: None, file: None, retry_after_secs: None }
    }
    /// It is not there, or not for this caller to see: both look the same.
    pub fn not_found(what: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no such {what}"))
            .advise("check the path; a list of what there is stands one level up")
    }
    /// Readable and wrong.
    pub fn invalid(detail: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, detail)
    }
    /// Against the rules, or not possible in this state.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::new(Kind::Refused, detail)
    }
    /// A fault of the service. The reason goes to its log, not to the caller.
    pub fn internal() -> Self {
        Self::new(Kind::Internal, "the service failed at this request")
            .advise("try again with the same Idempotency-Key; if it happens again, tell whoever runs the service")
    }
    /// Adds what to do now.
    #[must_use]
    pub fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
    /// Adds when to try again.
    #[must_use]
    pub fn retry_after(mut self, secs: u64) -> Self {
        self.retry_after_secs = Some(secs);
        self
    }
    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// Whether asking again may give another answer without anything having been corrected: such an answer is not kept.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self.kind,
            Kind::Internal
                | Kind::Unavailable
                | Kind::TooMany
                | Kind::InProgress
                | Kind::Unauthenticated
                | Kind::Forbidden
                | Kind::Csrf
        )
    }
    /// As it is sent.
    #[must_use]
    pub fn body(&self) -> ProblemBody {
        ProblemBody {
            r#type: format!("{TYPE_PREFIX}{}", self.kind.slug()),
            title: self.kind.title().to_owned(),
            status: self.kind.status().as_u16(),
            detail: self.detail.clone(),
            advice: self.advice.clone(),
            file: self.file.clone(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let text = serde_json::to_string(&self.body()).unwrap_or_default();
        let mut response = (self.kind.status(), text).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.kind == Kind::Unauthenticated {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(secs) = self.retry_after_secs {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(secs));
        }
        response
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        let kind = match failure.exit {
            1 => Kind::Refused,
            2 => Kind::Invalid,
            _ => Kind::Unavailable,
        };
        let file = failure.file.as_deref().map(FileProblems::from);
        let problem = Self { file, ..Self::new(kind, failure.message) };
        match failure.advice {
            Some(advice) => problem.advise(advice),
            None => problem,
        }
    }
}

impl From<NotComposed> for Problem {
    fn from(refused: NotComposed) -> Self {
        let kind = match &refused {
            NotComposed::Infeasible(_) => Some(Kind::Infeasible),
            NotComposed::Certificate(_) => Some(Kind::Certificate),
            NotComposed::UniqueRows(_) => Some(Kind::UniqueRows),
            NotComposed::Other(_) => None,
        };
        let problem = Self::from(Failure::from(refused));
        Self { kind: kind.unwrap_or(problem.kind), ..problem }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let failure = match problem.kind.status().as_u16() {
            409 | 403 => Self::refused(problem.detail),
            500.. => Self::unavailable(problem.detail),
            _ => Self::usage(problem.detail),
        };
        match problem.advice {
            Some(advice) => failure.advise(advice),
            None => failure,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::new(Kind::Unavailable, "the records cannot be read or written at the moment").advise(error.advice())
    }
}
