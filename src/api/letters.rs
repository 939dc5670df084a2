//! Letters: a file for mail merge, with each person's receipt code, a link and a QR code of it. Preparing letters puts each person's receipt,
//! encrypted under their code, where their browser can fetch it; the service can open none of these boxes.
//!
//! What goes out names people: it is for the organiser's own people alone, made anew for each request, and kept nowhere. Codes are derived from
//! the pool's key: the same person has the same code in every letter about one draw.

use std::fs::File;
use std::io::{Seek as _, Write as _};

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use klero_draw::names::Slug;
use klero_draw::receipt::{ShortCode, seal_box};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::Api;
use super::posted::Posted;
use super::problem::Problem;
use super::results::{Drawn, file, kept_pool, lost, nameless, standing};
use super::work::{Path, Reply};
use crate::people_csv::SafeWriter;
use crate::pool_dir::PoolDir;

/// Receipts that are made at once: their proofs are in memory meanwhile.
const CHUNK: usize = 50_000;

/// To whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum To {
    /// Those who hold seats
    Drawn,
    /// The reserves who were not called
    Reserves,
}

impl To {
    fn parse(text: &str) -> Option<Self> {
        [("drawn", Self::Drawn), ("reserves", Self::Reserves)]
            .into_iter()
            .find(|(name, _)| *name == text)
            .map(|(_, to)| to)
    }
    fn indices(self, drawn: &Drawn) -> &[u32] {
        match self {
            Self::Drawn => &drawn.seated,
            Self::Reserves => &drawn.free,
        }
    }
}

/// Letters to be prepared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LettersWish {
    to: To,
}

/// Letters that were prepared.
#[derive(Debug, Serialize, ToSchema)]
struct LettersView {
    /// How many
    letters: u64,
    /// The file for mail merge
    csv: String,
    /// The same with a QR code as a picture for each letter
    zip: String,
}

pub(super) fn routes() -> OpenApiRouter<Api> {
    OpenApiRouter::new().routes(routes!(prepare_letters)).routes(routes!(letters_file))
}

/// Prepare letters: every person's receipt is put, encrypted, where their code finds it
#[utoipa::path(post, path = "/organisers/{organiser}/draws/{draw}/letters", tag = "letters",
    params(("organiser" = String, Path), ("draw" = String, Path)), request_body = LettersWish, responses((status = 201, body = LettersView)))]
async fn prepare_letters(
    Path((organiser, draw)): Path<(String, String)>,
    Posted { body, once }: Posted<LettersWish>,
) -> Response {
    once.run(&organiser.clone(), move |tx| {
        let drawn = standing(tx.api, &organiser, &draw)?;
        let pool = kept_pool(tx.api, &drawn.status)?;
        let indices = body.to.indices(&drawn);
        each(tx.api, &pool, &drawn.status.draw, indices, &mut |code, receipt, _| {
            let sealed = seal_box(code, receipt).map_err(|_| Problem::internal())?;
            Ok(tx.api.service().keep_box(&drawn.status.draw, &code.locator(), &sealed)?)
        })?;
        let to = if body.to == To::Drawn { "drawn" } else { "reserves" };
        let at = format!("/organisers/{organiser}/draws/{draw}/letters/{to}.csv");
        Reply::created(
            &at,
            &LettersView {
                letters: u64::try_from(indices.len()).unwrap_or(u64::MAX),
                csv: format!("{}{at}", super::PREFIX),
                zip: format!("{}{}zip", super::PREFIX, at.trim_end_matches("csv")),
            },
        )
    })
    .await
}

/// Hands each person's code, receipt and cells to `take`, in order.
fn each(
    api: &Api,
    pool: &PoolDir,
    draw: &Slug,
    indices: &[u32],
    take: &mut dyn FnMut(&ShortCode, &klero_draw::receipt::Receipt, u32) -> Result<(), Problem>,
) -> Result<(), Problem> {
    let origin = api.service().origin().to_owned();
    for chunk in indices.chunks(CHUNK) {
        let (mut at, mut wrong) = (0usize, Ok(()));
        let made = pool.receipts(chunk, draw, &origin, &mut |receipt| {
            let code = ShortCode::derive(pool.key(), draw, receipt.id());
            let index = chunk.get(at).copied().unwrap_or_default();
            at += 1;
            if wrong.is_ok() {
                wrong = take(&code, &receipt, index);
            }
            Ok(())
        });
        made?;
        wrong?;
    }
    Ok(())
}

/// drawn.csv or reserves.csv for mail merge: the original columns, and number, code and link of each letter; drawn.zip and reserves.zip hold
/// the same and a picture of the QR code for each
#[utoipa::path(get, path = "/organisers/{organiser}/draws/{draw}/letters/{list}", tag = "letters",
    params(("organiser" = String, Path), ("draw" = String, Path), ("list" = String, Path, description = "drawn.csv, reserves.csv, drawn.zip or reserves.zip")),
    responses((status = 200, content((String = "text/csv; charset=utf-8"), (String = "application/zip")))))]
async fn letters_file(
    State(api): State<Api>,
    Path((organiser, draw, list)): Path<(String, String, String)>,
) -> Response {
    let parsed = list.rsplit_once('.').and_then(|(to, kind)| Some((To::parse(to)?, kind.to_owned())));
    let Some((to, kind)) = parsed.filter(|(_, kind)| kind == "csv" || kind == "zip") else {
        return Problem::not_found("list").into_response();
    };
    let media = if kind == "csv" { "text/csv; charset=utf-8" } else { "application/zip" };
    file(&api, media, format!("{draw}.letters-{list}"), move |api, out| {
        let drawn = standing(api, &organiser, &draw)?;
        let pool = kept_pool(api, &drawn.status)?;
        let draw = &drawn.status.draw;
        let indices = to.indices(&drawn);
        if kind == "csv" {
            return write_csv(api, &pool, draw, indices, out, false).map(|_| ());
        }
        let mut csv = nameless(api)?;
        let links = write_csv(api, &pool, draw, indices, &mut csv, true)?;
        csv.rewind().map_err(lost)?;
        let mut zip = zip::ZipWriter::new(out);
        let options = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        let failed = |_| Problem::internal();
        zip.start_file("letters.csv", options).map_err(failed)?;
        std::io::copy(&mut csv, &mut zip).map_err(lost)?;
        for (at, link) in links.iter().enumerate() {
            zip.start_file(qr_name(at), options).map_err(failed)?;
            zip.write_all(qr(link)?.as_bytes()).map_err(lost)?;
        }
        zip.finish().map_err(failed)?;
        Ok(())
    })
    .await
}

fn qr_name(at: usize) -> String {
    format!("qr/{:06}.svg", at.saturating_add(1))
}

/// A QR code as SVG.
pub(super) fn qr(link: &str) -> Result<String, Problem> {
    let code =
        qrcode::QrCode::with_error_correction_level(link, qrcode::EcLevel::M).map_err(|_| Problem::internal())?;
    Ok(code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(240, 240).build())
}

/// Writes the file for mail merge. The links of the letters, in order.
fn write_csv(
    api: &Api,
    pool: &PoolDir,
    draw: &Slug,
    indices: &[u32],
    file: &mut File,
    pictures: bool,
) -> Result<Vec<String>, Problem> {
    let mut out = SafeWriter::new(std::io::BufWriter::new(file), b',');
    let (mut links, mut number) = (Vec::new(), 0usize);
    each(api, pool, draw, indices, &mut |code, _, index| {
        let person = pool.person_at(index)?;
        if number == 0 {
            let names = person.cells.iter().map(|(name, _)| name.as_str());
            out.write(names.chain(["letter_number", "receipt_code", "receipt_link", "qr_text", "qr_file"]))
                .map_err(lost)?;
        }
        number += 1;
        let grouped = code.grouped();
        let link = format!("{}/check?draw={draw}#{}", base(api), grouped.as_str());
        let picture = if pictures { qr_name(number - 1) } else { String::new() };
        let own = [number.to_string(), grouped.as_str().to_owned(), link.clone(), link.clone(), picture];
        let cells = person.cells.iter().map(|(_, cell)| cell.as_str());
        out.write(cells.chain(own.iter().map(String::as_str))).map_err(lost)?;
        links.push(link);
        Ok(())
    })?;
    out.finish().map_err(lost)?;
    Ok(links)
}

/// Where the public pages are, as people reach them: the host of the log's origin.
fn base(api: &Api) -> String {
    let origin = api.service().origin();
    format!("https://{}", origin.split('/').next().unwrap_or(origin))
}
