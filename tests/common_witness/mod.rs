//! Witnesses on ports of their own: honest ones, which are the product's own, and ones that fail in every way, which sit before an honest one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{Response, header};
use klero_tlog::cosignature::WitnessSigner;
use klero_tlog::note::KeyName;
use klero_tlog::witness_wire::{AddCheckpoint, cosignature_lines};
use klero_tlog::{SecretKey, VerifierKey};
use kleroterion::clock::SharedClock;
use kleroterion::files::RealFiles;
use kleroterion::witness::Witness;
use tokio::sync::watch;

/// How a witness behaves.
#[derive(Clone)]
pub(crate) enum Mood {
    /// As the specification says.
    Honest,
    /// Takes requests and never answers.
    Silent,
    /// Answers this instead.
    Says(u16, &'static str, &'static str),
    /// Cosigns what it is sent with a key that is not its own, under its own name.
    Forges,
    /// Cosigns another checkpoint than the one it was sent.
    Confuses,
    /// Does as it should once the gate is open.
    Waits(watch::Receiver<bool>),
}

/// One witness.
pub(crate) struct Station {
    pub(crate) name: String,
    pub(crate) address: SocketAddr,
    signer: WitnessSigner,
    dir: PathBuf,
    clock: SharedClock,
    logs: Vec<VerifierKey>,
    witness: Arc<Mutex<Option<Arc<Witness>>>>,
    mood: Arc<Mutex<Mood>>,
    /// Requests taken.
    pub(crate) asked: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Station {
    /// A witness number `number` for these logs, in a folder below `dir`.
    pub(crate) fn start(
        runtime: &tokio::runtime::Runtime,
        dir: &Path,
        number: u8,
        logs: Vec<VerifierKey>,
        clock: SharedClock,
    ) -> Self {
        let name = format!("witness.example/w{number}");
        let signer = WitnessSigner::new(KeyName::new(&name).unwrap(), SecretKey::from_seed(&[100 + number; 32]));
        let dir = dir.join(format!("witness-{number}"));
        std::fs::create_dir_all(&dir).unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let station = Self {
            name,
            address,
            signer,
            dir,
            clock,
            logs,
            witness: Arc::default(),
            mood: Arc::new(Mutex::new(Mood::Honest)),
            asked: Arc::default(),
        };
        station.restart();
        let (witness, mood, asked) =
            (Arc::clone(&station.witness), Arc::clone(&station.mood), Arc::clone(&station.asked));
        let forger =
            WitnessSigner::new(KeyName::new(&station.name).unwrap(), SecretKey::from_seed(&[200 + number; 32]));
        let own = station.signer.clone();
        let app = Router::new().fallback(move |request: Request| {
            let (witness, mood, asked) = (Arc::clone(&witness), Arc::clone(&mood), Arc::clone(&asked));
            let (forger, own) = (forger.clone(), own.clone());
            async move {
                let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
                asked.lock().unwrap().push(body.to_vec());
                let now = mood.lock().unwrap().clone();
                match now {
                    Mood::Honest => {}
                    Mood::Silent => std::future::pending::<()>().await,
                    Mood::Says(status, kind, text) => return answer(status, kind, text.to_owned()),
                    Mood::Forges => {
                        let text = AddCheckpoint::parse(&body).unwrap().checkpoint().text().to_owned();
                        let line = forger.cosign(&text, 1).unwrap().line();
                        // Under the key id of the honest key, so that it is looked at.
                        let stolen = own.cosign(&text, 1).unwrap();
                        let forged = forger.cosign(&text, 1).unwrap();
                        let mut data = stolen.id().to_be_bytes().to_vec();
                        data.extend_from_slice(forged.bytes());
                        let data = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, data);
                        return answer(200, "text/plain", format!("{line}\n— {} {data}\n", stolen.name()));
                    }
                    Mood::Confuses => {
                        let text = AddCheckpoint::parse(&body).unwrap().checkpoint().text().to_owned();
                        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
                        lines[1] = (lines[1].parse::<u64>().unwrap() + 1).to_string();
                        let other = own.cosign(&format!("{}\n", lines.join("\n")), 1).unwrap();
                        return answer(200, "text/plain", cosignature_lines(&[other]));
                    }
                    Mood::Waits(mut gate) => drop(gate.wait_for(|open| *open).await),
                }
                let witness = witness.lock().unwrap().clone().unwrap();
                let judged = tokio::task::spawn_blocking(move || witness.add_checkpoint(&body)).await.unwrap();
                match judged {
                    Ok(cosigned) => answer(200, "text/plain", cosignature_lines(&[cosigned.line])),
                    Err(kleroterion::witness::Refusal::Conflict { size, .. }) => {
                        answer(409, "text/x.tlog.size", format!("{size}\n"))
                    }
                    Err(refusal) => answer(refusal.status(), "text/plain", refusal.to_string()),
                }
            }
        });
        runtime.spawn(async move { axum::serve(listener, app).await });
        station
    }

    /// Ends the witness and opens it again from its folder.
    pub(crate) fn restart(&self) {
        let mut witness = self.witness.lock().unwrap();
        *witness = None;
        let opened = Witness::open(
            &self.dir,
            self.signer.clone(),
            self.logs.clone(),
            Arc::new(RealFiles),
            Arc::clone(&self.clock),
        );
        *witness = Some(Arc::new(opened.unwrap()));
    }

    pub(crate) fn be(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }

    pub(crate) fn witness(&self) -> Arc<Witness> {
        self.witness.lock().unwrap().clone().unwrap()
    }

    /// Its line in a policy.
    pub(crate) fn line(&self, nick: &str) -> String {
        format!("witness {nick} {} http://{}\n", self.signer.witness_key().to_text(), self.address)
    }
}

/// A policy of this log under which two of three witnesses must cosign.
pub(crate) fn two_of_three(log: &VerifierKey, stations: &[Station]) -> String {
    let mut policy = format!("log {}\n", log.to_text());
    stations.iter().zip(["w1", "w2", "w3"]).for_each(|(station, nick)| policy.push_str(&station.line(nick)));
    policy + "group two-of-three 2 w1 w2 w3\nquorum two-of-three\n"
}

fn answer(status: u16, kind: &str, body: String) -> Response<Body> {
    Response::builder().status(status).header(header::CONTENT_TYPE, kind).body(Body::from(body)).unwrap()
}
