//! API tokens: 256 random bits, shown once, of which the service keeps the SHA-256. Each has scopes and an end, and can be revoked.

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::access::Scope;
use super::desk::{Batch, Kept};
use super::guard::Caller;
use super::posted::Posted;
use super::problem::Problem;
use super::session::{digest, new_secret};
use super::work::{HOUSE, Page, PageWish, Path, Query, Reply, Tx, page};

/// So that people and scanners see what it is.
const PREFIX: &str = "klero_";
/// Longest life of a token, in days.
const MAX_DAYS: u32 = 366;
/// There are no more kinds of them.
const MAX_SCOPES: usize = 5;
/// Most tokens of one account.
const MAX_TOKENS: usize = 50;

/// A token as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Token {
    /// SHA-256 of the secret.
    digest: String,
    id: String,
    pub(super) account: String,
    label: String,
    pub(super) scopes: Vec<Scope>,
    made: u64,
    until: u64,
}

impl Kept for Token {
    const KIND: &'static str = "token";
    const NAME: &'static str = "token";
    fn id(&self) -> String {
        self.digest.clone()
    }
}

/// Where an account's tokens are listed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Listed {
    account: String,
    id: String,
    digest: String,
}

impl Kept for Listed {
    const KIND: &'static str = "token-of";
    const NAME: &'static str = "token";
    fn id(&self) -> String {
        format!("{}/{}", self.account, self.id)
    }
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct TokenView {
    id: String,
    label: String,
    scopes: Vec<Scope>,
    /// When it was made, Unix seconds
    made: u64,
    /// When it ends, Unix seconds
    until: u64,
}

/// A new token.
#[derive(Serialize, ToSchema)]
struct NewToken {
    #[serde(flatten)]
    token: TokenView,
    /// Shown once. Send it as `Authorization: Bearer …`
    secret: String,
}

/// What a token is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TokenWish {
    /// What it is for
    #[schema(min_length = 1, max_length = 100)]
    label: String,
    /// What it may do; never more than its account
    #[schema(min_items = 1, max_items = 5)]
    scopes: Vec<Scope>,
    /// After how many days it ends
    #[schema(minimum = 1, maximum = 366)]
    days: u32,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(list_tokens, make_token)).routes(routes!(revoke_token))
}

/// The token with this secret, if it is in force.
pub(super) fn of(api: &Api, secret: &str) -> Result<Option<Token>, Problem> {
    if !secret.starts_with(PREFIX) {
        return Ok(None);
    }
    Ok(api.desk().find::<Token>(&digest(secret))?.map(|kept| kept.value).filter(|token| token.until > api.now()))
}

/// Your tokens
#[utoipa::path(get, path = "/tokens", tag = "account", params(PageWish), responses((status = 200, body = Page<TokenView>)))]
async fn list_tokens(State(api): State<Api>, caller: Caller, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| {
        page::<Listed, _>(api.desk(), &format!("{}/", caller.login), &wish, |listed| {
            Ok(view(&api.desk().get::<Token>(&listed.value.digest)?.value))
        })
    })
    .await
}

fn view(token: &Token) -> TokenView {
    TokenView {
        id: token.id.clone(),
        label: token.label.clone(),
        scopes: token.scopes.clone(),
        made: token.made,
        until: token.until,
    }
}

/// Make a token; its secret is shown once
#[utoipa::path(post, path = "/tokens", tag = "account", request_body = TokenWish, responses((status = 201, body = NewToken)))]
async fn make_token(caller: Caller, Posted { body, once }: Posted<TokenWish>) -> Response {
    once.run(HOUSE, move |tx| {
        if !(1..=MAX_DAYS).contains(&body.days) {
            return Err(Problem::invalid(format!("a token lasts 1 to {MAX_DAYS} days")));
        }
        if body.label.trim().is_empty() || body.label.len() > 100 {
            return Err(Problem::invalid("the label has 1 to 100 bytes").advise("say what the token is for"));
        }
        let mut scopes = body.scopes;
        if !(1..=MAX_SCOPES).contains(&scopes.len()) {
            return Err(
                Problem::invalid(format!("a token has 1 to {MAX_SCOPES} scopes")).advise("read is the smallest")
            );
        }
        scopes.sort_unstable();
        scopes.dedup();
        let listed = format!("{}/", caller.login);
        if tx.desk().ids::<Listed>(&listed, MAX_TOKENS)?.len() >= MAX_TOKENS {
            return Err(
                Problem::refused(format!("this account has {MAX_TOKENS} tokens")).advise("revoke one that is not used")
            );
        }
        let secret = format!("{PREFIX}{}", new_secret()?);
        let digest = digest(&secret);
        let id = digest.get(..16).unwrap_or_default().to_owned();
        let until = tx.now.saturating_add(u64::from(body.days).saturating_mul(86_400));
        let token = Token {
            digest: digest.clone(),
            id: id.clone(),
            account: caller.login.clone(),
            label: body.label,
            scopes,
            made: tx.now,
            until,
        };
        tx.batch.create(&token)?;
        tx.batch.create(&Listed { account: caller.login, id: id.clone(), digest })?;
        Reply::created(&format!("/tokens/{id}"), &NewToken { token: view(&token), secret })
    })
    .await
}

/// Revoke a token
#[utoipa::path(delete, path = "/tokens/{token}", tag = "account", params(("token" = String, Path, description = "the token's id")),
    responses((status = 204)))]
async fn revoke_token(State(api): State<Api>, caller: Caller, Path(id): Path<String>) -> Response {
    api.change(HOUSE, move |tx| {
        let listed = tx.desk().get::<Listed>(&format!("{}/{id}", caller.login))?.value;
        remove(&mut tx.batch, &listed);
        Ok(Reply::nothing())
    })
    .await
}

fn remove(batch: &mut Batch, listed: &Listed) {
    batch.remove::<Token>(&listed.digest);
    batch.remove::<Listed>(&listed.id());
}

/// Ends all tokens of an account.
pub(super) fn end_all(tx: &mut Tx<'_>, login: &str) -> Result<(), Problem> {
    for listed in tx.desk().list::<Listed>(&format!("{login}/"), None, usize::MAX)? {
        remove(&mut tx.batch, &listed.value);
    }
    Ok(())
}
