//! Invitations: how accounts come to be. Admins invite anybody, an organiser's own people invite auditors: who signs is let in by an admin, so that nobody
//! lets in a second self. The first admin is invited on the machine itself, by `klero admin invite`. An invitation is 256 random bits, shown once, for one account, and ends after a week.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use klero_draw::names::Slug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::access::Role;
use super::accounts::{Account, AccountView, Login};
use super::desk::{Batch, Desk, Kept};
use super::guard::{Caller, From};
use super::limits::Limits;
use super::organisers::Organiser;
use super::posted::Posted;
use super::problem::{Kind, Problem};
use super::session::{digest, new_secret};
use super::work::{HOUSE, Page, PageWish, Path, Query, Reply, page_of};
use crate::store::Records;

const PREFIX: &str = "invite_";

/// An invitation as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Invitation {
    /// SHA-256 of the secret.
    digest: String,
    login: String,
    role: Role,
    organiser: Option<Slug>,
    by: String,
    until: u64,
}

impl Kept for Invitation {
    const KIND: &'static str = "invitation";
    const NAME: &'static str = "invitation";
    fn id(&self) -> String {
        self.digest.clone()
    }
}

impl Invitation {
    /// The name by which it is revoked.
    fn short(&self) -> &str {
        self.digest.get(..32).unwrap_or_default()
    }
}

/// Whom to invite.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InviteWish {
    /// Name of the account, such as an address of e-mail
    #[schema(min_length = 1, max_length = 128, pattern = "^[A-Za-z0-9@._+-]+$")]
    pub login: String,
    /// Its role
    pub role: Role,
    /// The organiser that it will belong to; for every role but admin
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, max_length = 64, pattern = "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$")]
    pub organiser: Option<Slug>,
}

/// An invitation with its secret, which is shown once.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Invited {
    /// Give this to the person, and to nobody else
    pub secret: String,
    /// Name of the account
    pub login: String,
    /// When the invitation ends, Unix seconds
    pub until: u64,
}

/// An invitation without its secret.
#[derive(Debug, Serialize, ToSchema)]
struct InvitationView {
    id: String,
    login: String,
    role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, nullable = false)]
    organiser: Option<Slug>,
    /// Who invited
    by: String,
    /// When it ends, Unix seconds
    until: u64,
}

/// An invitation that is accepted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    /// The secret of the invitation
    #[schema(max_length = 128)]
    secret: String,
    /// Your name, for your colleagues
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// At least 12 characters
    #[schema(min_length = 12, max_length = 256)]
    password: String,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new()
        .routes(routes!(list_invitations, make_invitation))
        .routes(routes!(revoke_invitation))
        .routes(routes!(accept_invitation))
}

/// Invites from the machine itself: how the first admin comes in.
pub fn invite(records: std::sync::Arc<dyn Records>, wish: &InviteWish, now: u64) -> Result<Invited, Problem> {
    let desk = Desk::new(records);
    let mut batch = Batch::default();
    let invited = prepare(&desk, &mut batch, wish, "the machine", now, &Limits::default())?;
    desk.commit(&batch)?;
    Ok(invited)
}

fn prepare(
    desk: &Desk,
    batch: &mut Batch,
    wish: &InviteWish,
    by: &str,
    now: u64,
    limits: &Limits,
) -> Result<Invited, Problem> {
    let Login(login) = Login::parse(&wish.login)?;
    if wish.role.has_organiser() != wish.organiser.is_some() {
        return Err(Problem::invalid("every role but admin belongs to an organiser, and an admin to none")
            .advise("name the organiser of the account, or leave it out for an admin"));
    }
    if let Some(organiser) = &wish.organiser {
        desk.find::<Organiser>(organiser.as_str())?.ok_or_else(|| {
            Problem::invalid(format!("there is no organiser '{organiser}' here"))
                .advise("add it first: POST /api/v1/organisers")
        })?;
    }
    if desk.find::<Account>(&login)?.is_some_and(|account| !account.value.disabled) {
        return Err(
            Problem::refused("there is an account with this login").advise("close it first, or choose another login")
        );
    }
    let secret = format!("{PREFIX}{}", new_secret()?);
    let until = now.saturating_add(limits.invitation_secs);
    let invitation = Invitation {
        digest: digest(&secret),
        login: login.clone(),
        role: wish.role,
        organiser: wish.organiser.clone(),
        by: by.to_owned(),
        until,
    };
    batch.create(&invitation)?;
    Ok(Invited { secret, login, until })
}

/// Open invitations: all for an admin, those of their own organiser for others
#[utoipa::path(get, path = "/invitations", tag = "administration", params(PageWish), responses((status = 200, body = Page<InvitationView>)))]
async fn list_invitations(State(api): State<Api>, caller: Caller, Query(wish): Query<PageWish>) -> Response {
    api.read(move |api| {
        let now = api.now();
        let seen =
            |one: &Invitation| caller.role == Role::Admin || one.organiser == caller.organiser && one.until > now;
        page_of(api.desk(), "", &wish, seen, |kept| Ok(view(&kept.value)))
    })
    .await
}

fn view(invitation: &Invitation) -> InvitationView {
    InvitationView {
        id: invitation.short().to_owned(),
        login: invitation.login.clone(),
        role: invitation.role,
        organiser: invitation.organiser.clone(),
        by: invitation.by.clone(),
        until: invitation.until,
    }
}

/// Invite somebody; the secret is shown once. Whoever signs is invited by an admin
#[utoipa::path(post, path = "/invitations", tag = "administration", request_body = InviteWish, responses((status = 201, body = Invited)))]
async fn make_invitation(caller: Caller, Posted { body, once }: Posted<InviteWish>) -> Response {
    once.run(HOUSE, move |tx| {
        if caller.role != Role::Admin && (body.organiser != caller.organiser || body.role == Role::Admin) {
            return Err(Problem::new(Kind::Forbidden, "you may invite people of your own organiser only")
                .advise("name your own organiser and a role other than admin"));
        }
        // Whoever lets signers in could otherwise be both pairs of eyes.
        if caller.role != Role::Admin && body.role.signs() {
            return Err(Problem::new(
                Kind::Forbidden,
                format!("an {} signs, and is invited by an admin", body.role.name()),
            )
            .advise("ask an admin of the service; auditors of your organiser you may invite yourself"));
        }
        let (desk, limits) = (tx.api.desk().clone(), tx.api.limits().clone());
        let invited = prepare(&desk, &mut tx.batch, &body, &caller.login, tx.now, &limits)?;
        let id = digest(&invited.secret);
        Reply::created(&format!("/invitations/{}", id.get(..32).unwrap_or_default()), &invited)
    })
    .await
}

/// Revoke an invitation
#[utoipa::path(delete, path = "/invitations/{invitation}", tag = "administration",
    params(("invitation" = String, Path, description = "the invitation's id")), responses((status = 204)))]
async fn revoke_invitation(State(api): State<Api>, caller: Caller, Path(id): Path<String>) -> Response {
    api.change(HOUSE, move |tx| {
        let all = tx.desk().list::<Invitation>("", None, usize::MAX)?;
        let mine = |i: &Invitation| caller.role == Role::Admin || i.organiser == caller.organiser;
        let found = all.into_iter().map(|kept| kept.value).find(|i| i.short() == id && mine(i));
        tx.batch.remove::<Invitation>(&found.ok_or_else(|| Problem::not_found("invitation"))?.digest);
        Ok(Reply::nothing())
    })
    .await
}

/// Accept an invitation: makes the account
#[utoipa::path(post, path = "/invitations/accept", tag = "account", request_body = Acceptance, responses((status = 201, body = AccountView)))]
async fn accept_invitation(State(api): State<Api>, from: From, Posted { body, once }: Posted<Acceptance>) -> Response {
    let unknown = || {
        Problem::invalid("this invitation is not open: it was used, revoked, has ended, or never was")
            .advise("ask for another one")
    };
    let work = async {
        api.0.guards.attempt(&format!("from {}", from.0))?;
        let name = body.name.trim().to_owned();
        if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
            return Err(Problem::invalid("a name has 1 to 100 bytes, on one line"));
        }
        // Nobody makes the service hash passwords without an invitation.
        let id = digest(&body.secret);
        api.desk().find::<Invitation>(&id)?.filter(|kept| kept.value.until > api.now()).ok_or_else(unknown)?;
        Ok((id, name, api.0.passwords.hash(body.password).await?))
    };
    let (id, name, password) = match work.await {
        Ok(prepared) => prepared,
        Err(problem) => return problem.into_response(),
    };
    once.run(HOUSE, move |tx| {
        let now = tx.now;
        let invitation = tx.desk().find::<Invitation>(&id)?.map(|kept| kept.value).filter(|i| i.until > now);
        let Invitation { digest, login, role, organiser, .. } = invitation.ok_or_else(unknown)?;
        let account = Account { login, name, role, organiser, password, totp: None, disabled: false, made: tx.now };
        match tx.desk().find::<Account>(&account.login)? {
            Some(there) if !there.value.disabled => {
                return Err(Problem::refused("there is an account with this login").advise("sign in"));
            }
            Some(there) => {
                tx.batch.update(&super::desk::Versioned { version: there.version, value: account.clone() })?
            }
            None => tx.batch.create(&account)?,
        }
        tx.batch.remove::<Invitation>(&digest);
        Reply::created("/session", &AccountView::of(&account))
    })
    .await
}

/// Forgets invitations that have ended.
pub(super) fn sweep(api: &Api, batch: &mut Batch) -> Result<(), Problem> {
    for kept in api.desk().list::<Invitation>("", None, usize::MAX)? {
        if kept.value.until <= api.now() {
            batch.remove::<Invitation>(&kept.value.digest);
        }
    }
    Ok(())
}
