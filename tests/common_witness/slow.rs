//! A slow way to a server: what a client sends is held back, piece by piece, also on connections that stay open.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::time::Duration;

/// Listens, and passes everything on to `to`, each piece of a request after `pause`; the address to ask instead of `to`.
pub(crate) fn slowly(to: String, pause: Duration) -> std::io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?.to_string();
    std::thread::spawn(move || {
        for from in listener.incoming().flatten() {
            let to = to.clone();
            std::thread::spawn(move || pass(from, &to, pause));
        }
    });
    Ok(address)
}

fn pass(mut from: TcpStream, to: &str, pause: Duration) {
    let Ok(mut to) = TcpStream::connect(to) else { return };
    let (Ok(mut asked), Ok(mut answer)) = (from.try_clone(), to.try_clone()) else { return };
    std::thread::spawn(move || {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(read @ 1..) = asked.read(&mut piece) {
            std::thread::sleep(pause);
            if to.write_all(&piece[..read]).is_err() {
                break;
            }
        }
        let _ended = to.shutdown(Shutdown::Write);
    });
    let _passed = std::io::copy(&mut answer, &mut from);
    let _ended = from.shutdown(Shutdown::Both);
}
