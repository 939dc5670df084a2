//! Accounts: one person, one role, at most one organiser. An account is made by accepting an invitation, and only so.

use axum::extract::State;
use axum::response::Response;
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::access::Role;
use super::desk::Kept;
use super::guard::Caller;
use super::posted::JsonBody;
use super::problem::{Kind, Problem};
use super::totp::SecondFactor;
use super::work::{HOUSE, Page, PageWish, Path, Query, Reply, page};
use super::{session, tokens};

/// An account as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Account {
    pub(super) login: String,
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) organiser: Option<Slug>,
    /// PHC string of argon2id.
    pub(super) password: String,
    pub(super) totp: Option<SecondFactor>,
    pub(super) disabled: bool,
    pub(super) made: u64,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account").field("role", &self.role).field("organiser", &self.organiser).finish_non_exhaustive()
    }
}

impl Kept for Account {
    const KIND: &'static str = "account";
    const NAME: &'static str = "account";
    fn id(&self) -> String {
        self.login.clone()
    }
}

/// The name of an account, such as an address of e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Login(pub(super) String);

impl Login {
    /// Names are compared in lower case.
    pub(super) fn fold(text: &str) -> String {
        text.trim().to_lowercase()
    }

    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        let login = Self::fold(text);
        let fits = (1..=128).contains(&login.len())
            && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"@._+-".contains(&b));
        if fits {
            return Ok(Self(login));
        }
        Err(Problem::invalid("a login has 1 to 128 characters a–z, 0–9, '@', '.', '_', '+', '-'")
            .advise("an address of e-mail is a good login"))
    }
}

/// An account, for those who may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountView {
    login: String,
    name: String,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    organiser: Option<Slug>,
    /// Whether it was closed
    disabled: bool,
    /// Whether it has a second factor
    totp: bool,
    /// When it was made, Unix seconds
    made: u64,
}

impl AccountView {
    pub(super) fn of(account: &Account) -> Self {
        Self {
            login: account.login.clone(),
            name: account.name.clone(),
            role: account.role,
            organiser: account.organiser.clone(),
            disabled: account.disabled,
            totp: account.totp.as_ref().is_some_and(|second| second.confirmed),
            made: account.made,
        }
    }
}

/// A change of password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    /// The password as it is
    #[schema(max_length = 256)]
    old: String,
    /// The password as it is to be: at least 12 characters
    #[schema(min_length = 12, max_length = 256)]
    new: String,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_accounts)).routes(routes!(close_account)).routes(routes!(change_password))
}

/// All accounts
#[utoipa::path(get, path = "/accounts", tag = "administration", params(PageWish), responses((status = 200, body = Page<AccountView>)))]
async fn list_accounts(State(api): State<Api>, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| page::<Account, _>(api.desk(), "", &wish, |account| Ok(AccountView::of(&account.value)))).await
}

/// Close an account: its sessions, tokens and keys end at once
#[utoipa::path(delete, path = "/accounts/{login}", tag = "administration",
    params(("login" = String, Path, description = "the account's name")), responses((status = 204)))]
async fn close_account(State(api): State<Api>, caller: Caller, Path(login): Path<String>) -> Response {
    api.change(HOUSE, move |tx| {
        let mut account = tx.desk().get::<Account>(&Login::fold(&login))?;
        if account.value.login == caller.login {
            return Err(Problem::refused("nobody closes their own account").advise("ask another admin"));
        }
        account.value.disabled = true;
        tx.batch.update(&account)?;
        session::end_all(tx, &account.value.login, None)?;
        tokens::end_all(tx, &account.value.login)?;
        Ok(Reply::nothing())
    })
    .await
}

/// Change the password; all other sessions end
#[utoipa::path(put, path = "/account/password", tag = "account", request_body = NewPassword, responses((status = 204)))]
async fn change_password(State(api): State<Api>, caller: Caller, JsonBody(body): JsonBody<NewPassword>) -> Response {
    use axum::response::IntoResponse as _;
    let work = async {
        api.0.guards.attempt(&format!("password {}", caller.login))?;
        let account = api.desk().get::<Account>(&caller.login)?;
        let wrong = |_| Problem::new(Kind::Forbidden, "this is not the password as it is");
        api.0.passwords.check(body.old, Some(account.value.password)).await.map_err(wrong)?;
        api.0.passwords.hash(body.new).await
    };
    let hashed = match work.await {
        Ok(hashed) => hashed,
        Err(problem) => return problem.into_response(),
    };
    api.change(HOUSE, move |tx| {
        let mut account = tx.desk().get::<Account>(&caller.login)?;
        account.value.password = hashed;
        tx.batch.update(&account)?;
        session::end_all(tx, &caller.login, caller.session.as_deref())?;
        Ok(Reply::nothing())
    })
    .await
}
