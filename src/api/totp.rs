//! The second factor: six digits of RFC 6238, from any authenticator. Optional; each code counts once.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use totp_rs::{Builder, Secret, Totp};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::accounts::Account;
use super::guard::Caller;
use super::letters;
use super::posted::{JsonBody, Nothing, Posted};
use super::problem::Problem;
use super::work::{HOUSE, Reply};

/// A second factor as it is kept.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SecondFactor {
    /// Base32.
    secret: String,
    /// Whether a code has shown that the authenticator has it.
    pub(super) confirmed: bool,
    /// The step of the last code that counted.
    last_step: u64,
}

impl std::fmt::Debug for SecondFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SecondFactor").field("confirmed", &self.confirmed).finish_non_exhaustive()
    }
}

/// What an authenticator needs.
#[derive(Serialize, ToSchema)]
struct NewFactor {
    /// Base32, to be typed
    secret: String,
    /// To be shown as a QR code
    uri: String,
    /// That QR code, as SVG
    qr: String,
}

/// A code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    /// Six digits
    #[schema(pattern = "^[0-9]{6}$")]
    code: String,
    /// Whether sign-in is to need a code from now on; false removes the second factor
    #[serde(default = "yes")]
    #[schema(default = true)]
    enabled: bool,
}

fn yes() -> bool {
    true
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(begin, confirm))
}

fn totp(secret: &str) -> Option<Totp> {
    Builder::new().with_secret(Secret::try_from_base32(secret).ok()?).build().ok()
}

/// Takes a code if it fits and is newer than the last one.
pub(super) fn spend(second: &mut SecondFactor, code: &str, now: u64) -> Option<()> {
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let step = totp(&second.secret)?.check(code, now).filter(|step| *step > second.last_step)?;
    second.last_step = step;
    Some(())
}

/// Begin a second factor; it counts once a code has confirmed it
#[utoipa::path(post, path = "/account/totp", tag = "account", responses((status = 201, body = NewFactor)))]
async fn begin(caller: Caller, Posted { body: Nothing {}, once }: Posted<Nothing>) -> Response {
    once.run(HOUSE, move |tx| {
        let mut account = tx.desk().get::<Account>(&caller.login)?;
        if account.value.totp.as_ref().is_some_and(|second| second.confirmed) {
            return Err(Problem::refused("this account has a second factor").advise("remove it first, with a code"));
        }
        let mut bytes = [0u8; 20];
        getrandom::fill(&mut bytes).map_err(|_| Problem::internal())?;
        let secret = Secret::new_stack(bytes).to_base32();
        let issuer = tx.api.service().origin().replace(['/', ':', ' '], "-");
        let uri =
            format!("otpauth://totp/{issuer}:{}?secret={secret}&issuer={issuer}", caller.login.replace('@', "%40"));
        account.value.totp = Some(SecondFactor { secret: secret.clone(), confirmed: false, last_step: 0 });
        tx.batch.update(&account)?;
        Reply::created("/account/totp", &NewFactor { qr: letters::qr(&uri)?, secret, uri })
    })
    .await
}

/// Confirm the second factor, or remove it, with a code
#[utoipa::path(put, path = "/account/totp", tag = "account", request_body = Code, responses((status = 204)))]
async fn confirm(State(api): State<Api>, caller: Caller, JsonBody(body): JsonBody<Code>) -> Response {
    with_code(api, caller, body.code, move |second| match second {
        Some(second) if body.enabled => second.confirmed = true,
        _ => *second = None,
    })
    .await
}

async fn with_code(
    api: Api,
    caller: Caller,
    code: String,
    then: impl FnOnce(&mut Option<SecondFactor>) + Send + 'static,
) -> Response {
    if let Err(problem) = api.0.guards.attempt(&format!("totp {}", caller.login)) {
        return problem.into_response();
    }
    api.change(HOUSE, move |tx| {
        let mut account = tx.desk().get::<Account>(&caller.login)?;
        let second = account.value.totp.as_mut();
        let second = second.ok_or_else(|| {
            Problem::refused("no second factor was begun").advise("begin with POST /api/v1/account/totp")
        })?;
        spend(second, &code, tx.now).ok_or_else(|| {
            Problem::invalid("this code does not fit")
                .advise("see that the device's clock is right; wait for the next code")
        })?;
        then(&mut account.value.totp);
        tx.batch.update(&account)?;
        Ok(Reply::nothing())
    })
    .await
}
