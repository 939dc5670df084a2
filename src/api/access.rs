//! Who may do what: one table. What is not in it is refused, so a new route without a line here answers nobody.
//!
//! A rule names a method and a path, the roles that may use it, and the scope that a token needs. Paths with `{organiser}` are for accounts
//! of that organiser alone: for everybody else they are not there. Knows no account and no request.

use axum::http::Method;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an account is for. Each account has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the service: organisers and accounts. Sees no draft, no pool and no person
    Admin,
    /// Prepares draws: pools, drafts, letters, answers
    Organiser,
    /// Signs, and sees what there is to sign
    Approver,
    /// Reads, and changes nothing
    Auditor,
}

impl Role {
    /// As it is shown.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Organiser => "organiser",
            Self::Approver => "approver",
            Self::Auditor => "auditor",
        }
    }
    /// Whether it signs decisions.
    #[must_use]
    pub fn signs(self) -> bool {
        matches!(self, Self::Organiser | Self::Approver)
    }
    /// Whether an account of this role belongs to an organiser.
    #[must_use]
    pub fn has_organiser(self) -> bool {
        self != Self::Admin
    }
}

/// What a token may be used for. A session may do all that its account may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Read what names no person
    Read,
    /// Read what names persons: results, letters, reminders
    People,
    /// Change drafts, pools, answers; start jobs
    Write,
    /// Sign, hand in, seal
    Decide,
    /// Accounts, invitations, organisers
    Admin,
}

/// Who may use a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Everybody, signed in or not.
    Anybody,
    /// Accounts of these roles.
    Roles(&'static [Role]),
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// The method.
    pub method: &'static str,
    /// The path below `/api/v1`.
    pub path: &'static str,
    /// Who.
    pub who: Who,
    /// The scope that a token needs; `None`: no token may, only a session.
    pub scope: Option<Scope>,
}

/// May see people: auditors check the rows, approvers need not.
const SEERS: Who = Who::Roles(&[Role::Organiser, Role::Auditor]);
const CLERKS: Who = Who::Roles(&[Role::Organiser]);
const ALL: Who = Who::Roles(&[Role::Admin, Role::Organiser, Role::Approver, Role::Auditor]);
const ADMIN: Who = Who::Roles(&[Role::Admin]);
const INVITERS: Who = Who::Roles(&[Role::Admin, Role::Organiser]);
const MEMBERS: Who = Who::Roles(&[Role::Organiser, Role::Approver, Role::Auditor]);
const DECIDERS: Who = Who::Roles(&[Role::Organiser, Role::Approver]);

const fn rule(method: &'static str, path: &'static str, who: Who, scope: Option<Scope>) -> Rule {
    Rule { method, path, who, scope }
}

const READ: Option<Scope> = Some(Scope::Read);
const WRITE: Option<Scope> = Some(Scope::Write);
const PEOPLE: Option<Scope> = Some(Scope::People);
const DECIDE: Option<Scope> = Some(Scope::Decide);
const ADMINISTER: Option<Scope> = Some(Scope::Admin);

/// All rules.
pub const RULES: &[Rule] = &[
    rule("GET", "/openapi.json", Who::Anybody, None),
    rule("GET", "/docs", Who::Anybody, None),
    rule("POST", "/session", Who::Anybody, None),
    rule("GET", "/session", ALL, READ),
    rule("DELETE", "/session", ALL, None),
    rule("POST", "/invitations/accept", Who::Anybody, None),
    rule("PUT", "/account/password", ALL, None),
    rule("POST", "/account/totp", ALL, None),
    rule("PUT", "/account/totp", ALL, None),
    rule("GET", "/tokens", ALL, READ),
    rule("POST", "/tokens", ALL, None),
    rule("DELETE", "/tokens/{token}", ALL, None),
    rule("GET", "/accounts", ADMIN, ADMINISTER),
    rule("DELETE", "/accounts/{login}", ADMIN, ADMINISTER),
    rule("GET", "/invitations", INVITERS, ADMINISTER),
    rule("POST", "/invitations", INVITERS, ADMINISTER),
    rule("DELETE", "/invitations/{invitation}", INVITERS, ADMINISTER),
    rule("GET", "/organisers", ALL, READ),
    rule("POST", "/organisers", ADMIN, ADMINISTER),
    rule("GET", "/organisers/{organiser}", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/members", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/keys", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/keys", DECIDERS, DECIDE),
    rule("DELETE", "/organisers/{organiser}/keys/{key}", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/enrolments", DECIDERS, DECIDE),
    rule("GET", "/organisers/{organiser}/decisions", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/decisions/{decision}", MEMBERS, READ),
    rule("DELETE", "/organisers/{organiser}/decisions/{decision}", DECIDERS, DECIDE),
    rule("GET", "/organisers/{organiser}/decisions/{decision}/note", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/decisions/{decision}/signatures", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/decisions/{decision}/hand-in", DECIDERS, DECIDE),
    rule("GET", "/organisers/{organiser}/pools", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/pools", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/pools/{pool}", MEMBERS, READ),
    rule("DELETE", "/organisers/{organiser}/pools/{pool}", CLERKS, WRITE),
    rule("PUT", "/organisers/{organiser}/pools/{pool}/roles", CLERKS, WRITE),
    rule("POST", "/organisers/{organiser}/pools/{pool}/commitment", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/pools/{pool}/values", SEERS, PEOPLE),
    rule("GET", "/organisers/{organiser}/pools/{pool}/anonymity", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/jobs", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/jobs", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/jobs/{job}", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/jobs/{job}/events", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/jobs/{job}/cancel", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/jobs/{job}/panels", SEERS, PEOPLE),
    rule("GET", "/organisers/{organiser}/drafts", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/drafts", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/drafts/{draft}", MEMBERS, READ),
    rule("PUT", "/organisers/{organiser}/drafts/{draft}", CLERKS, WRITE),
    rule("DELETE", "/organisers/{organiser}/drafts/{draft}", CLERKS, WRITE),
    rule("POST", "/organisers/{organiser}/drafts/{draft}/announcement", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/drafts/{draft}/terms", DECIDERS, DECIDE),
    rule("GET", "/organisers/{organiser}/draws", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/draws/{draw}", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/draws/{draw}/postponement", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/void", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/annulment", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/vacancies", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/erasure", DECIDERS, DECIDE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/rotation", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/outcome", MEMBERS, READ),
    rule("GET", "/organisers/{organiser}/draws/{draw}/results/{list}", SEERS, PEOPLE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/audit.age", SEERS, PEOPLE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/letters", CLERKS, PEOPLE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/letters/{list}", CLERKS, PEOPLE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/response-window", MEMBERS, READ),
    rule("PUT", "/organisers/{organiser}/draws/{draw}/response-window", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/answers", MEMBERS, READ),
    rule("POST", "/organisers/{organiser}/draws/{draw}/answers", CLERKS, PEOPLE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/reminders.csv", SEERS, PEOPLE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/objection-period", MEMBERS, READ),
    rule("PUT", "/organisers/{organiser}/draws/{draw}/objection-period", CLERKS, WRITE),
    rule("GET", "/organisers/{organiser}/draws/{draw}/complaints", SEERS, PEOPLE),
    rule("POST", "/organisers/{organiser}/draws/{draw}/complaints", CLERKS, PEOPLE),
    rule("PUT", "/organisers/{organiser}/draws/{draw}/complaints/{complaint}/answer", CLERKS, PEOPLE),
];

/// The rule for a route; `None` if it has none, and then nobody may use it.
#[must_use]
pub fn find(method: &Method, path: &str) -> Option<&'static Rule> {
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    RULES.iter().find(|rule| rule.method == method && rule.path == path)
}
