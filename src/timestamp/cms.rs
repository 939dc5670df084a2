//! The signature of a time-stamp token: CMS SignedData (RFC 5652) as RFC 3161 narrows it, and the way from its signer's certificate to one that the verifier
//! trusts.
//!
//! Certificates and signatures are checked by `rustls-webpki` on `ring`; here the token is only taken apart. One signer, signed attributes, and the attribute that
//! binds the signer's certificate are demanded; what is of another shape is refused.

use klero_verifier::der::{CONTEXT_0, INTEGER, NotDer, OCTETS, OID, Reader, SEQUENCE, SET};
use klero_verifier::token::{TST_INFO, Token};
use klero_verifier::tokens::Signatures;
use ring::digest;
use rustls::pki_types::{CertificateDer, SignatureVerificationAlgorithm, TrustAnchor, UnixTime};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert};

/// 1.3.6.1.5.5.7.3.8, id-kp-timeStamping.
const TIME_STAMPING: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];
/// 1.2.840.113549.1.9.3, content type.
const CONTENT_TYPE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x03];
/// 1.2.840.113549.1.9.4, message digest.
const MESSAGE_DIGEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x04];
/// 1.2.840.113549.1.9.16.2.12, signing certificate (RFC 2634; SHA-1).
const SIGNING_CERTIFICATE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0c];
/// 1.2.840.113549.1.9.16.2.47, signing certificate, version 2 (RFC 5035).
const SIGNING_CERTIFICATE_V2: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x2f];
/// 2.5.4.3, common name.
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];

/// Most certificates of a token that are looked at.
const MAX_CERTIFICATES: usize = 16;

/// Checks signatures under pinned certificates.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pinned;

impl Signatures for Pinned {
    fn check(&self, token: &[u8], authorities: &[Vec<u8>]) -> Result<String, String> {
        let token = Token::parse(token).map_err(|error| error.to_string())?;
        let signed = Signed::read(&token).map_err(|error| format!("a token's signature cannot be read: {error}"))?;
        let pinned: Vec<CertificateDer<'_>> =
            authorities.iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let signer = signed.signer(&pinned)?;
        signed.check_signature(&token, &signer)?;
        check_chain(&signer, &signed.certificates, &pinned, token.time_secs)?;
        Ok(subject(&signer).unwrap_or_else(|| "an authority without a name".to_owned()))
    }
}

/// Who signed a token, in the form in which it says so: the number of a certificate and who issued it, or a key's identifier. Nobody vouches for that; `None` if
/// it cannot be read.
#[must_use]
pub fn named_signer(token: &[u8]) -> Option<Vec<u8>> {
    let token = Token::parse(token).ok()?;
    Signed::read(&token).ok().map(|signed| signed.named.to_vec())
}

/// What is signed, how, and with which certificate, as the token says.
struct Signed<'a> {
    named: &'a [u8],
    certificates: Vec<CertificateDer<'a>>,
    digest: &'static digest::Algorithm,
    /// The signed attributes, as they are signed: tagged as a SET.
    attributes: Vec<u8>,
    message_digest: &'a [u8],
    content_type: &'a [u8],
    certificate_hash: (&'static digest::Algorithm, &'a [u8]),
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> Signed<'a> {
    fn read(token: &Token<'a>) -> Result<Self, NotDer> {
        let mut rest = Reader::new(token.rest);
        let mut certificates = Vec::new();
        if let Some(set) = rest.optional(CONTEXT_0)? {
            let mut set = Reader::new(set);
            while !set.is_empty() && certificates.len() < MAX_CERTIFICATES {
                let element = set.any()?;
                if element.tag == SEQUENCE {
                    certificates.push(CertificateDer::from(element.whole));
                }
            }
        }
        // Revocations.
        rest.optional(0xa1)?;
        let mut signers = rest.enter(SET)?;
        rest.end()?;
        let mut signer = signers.enter(SEQUENCE)?;
        signers.end().map_err(|_| NotDer("more than one signer"))?;
        signer.take(INTEGER)?;
        // Who signed is believed by the signed attributes alone, which bind the certificate itself.
        let named = signer.any()?.whole;
        let digest = algorithm(signer.enter(SEQUENCE)?)?;
        let attributes = signer.any()?;
        if attributes.tag != CONTEXT_0 {
            return Err(NotDer("no signed attributes"));
        }
        let algorithm = signer.enter(SEQUENCE)?.take(OID)?;
        let signature = signer.take(OCTETS)?;
        let (mut content_type, mut message_digest, mut certificate_hash) = (None, None, None);
        let mut all = Reader::new(attributes.content);
        while !all.is_empty() {
            let mut attribute = all.enter(SEQUENCE)?;
            let kind = attribute.take(OID)?;
            let mut values = attribute.enter(SET)?;
            let twice = |there: bool| if there { Err(NotDer("an attribute twice")) } else { Ok(()) };
            match kind {
                CONTENT_TYPE => {
                    twice(content_type.is_some())?;
                    content_type = Some(values.take(OID)?);
                }
                MESSAGE_DIGEST => {
                    twice(message_digest.is_some())?;
                    message_digest = Some(values.take(OCTETS)?);
                }
                SIGNING_CERTIFICATE_V2 => certificate_hash = Some(first_certificate(values, true)?),
                SIGNING_CERTIFICATE if certificate_hash.is_none() => {
                    certificate_hash = Some(first_certificate(values, false)?);
                }
                _ => {}
            }
        }
        let mut as_signed = attributes.whole.to_vec();
        if let Some(tag) = as_signed.first_mut() {
            *tag = SET;
        }
        Ok(Self {
            named,
            certificates,
            digest,
            attributes: as_signed,
            message_digest: message_digest.ok_or(NotDer("no message digest"))?,
            content_type: content_type.ok_or(NotDer("no content type"))?,
            certificate_hash: certificate_hash.ok_or(NotDer("no hash of the signer's certificate"))?,
            algorithm,
            signature,
        })
    }

    /// The certificate that the signed attributes name by its hash: of those in the token, or of the pinned ones.
    fn signer(&self, pinned: &[CertificateDer<'a>]) -> Result<CertificateDer<'a>, String> {
        let (algorithm, hash) = self.certificate_hash;
        let named = |der: &&CertificateDer<'a>| digest::digest(algorithm, der).as_ref() == hash;
        let found = self.certificates.iter().chain(pinned).find(named);
        found
            .cloned()
            .ok_or_else(|| "a token does not hold its signer's certificate, and no pinned one is it".to_owned())
    }

    fn check_signature(&self, token: &Token<'_>, signer: &CertificateDer<'_>) -> Result<(), String> {
        if self.content_type != TST_INFO || digest::digest(self.digest, token.info).as_ref() != self.message_digest {
            return Err("a token's signature is over something else".to_owned());
        }
        let certificate = certificate(signer)?;
        let fits = algorithms(self.algorithm, self.digest);
        if fits.is_empty() {
            return Err("a token is signed by an algorithm that is not known here".to_owned());
        }
        let verifies = |one: &&'static dyn SignatureVerificationAlgorithm| {
            certificate.verify_signature(*one, &self.attributes, self.signature).is_ok()
        };
        if fits.iter().any(verifies) { Ok(()) } else { Err("a token's signature does not verify".to_owned()) }
    }
}

/// The algorithm of an AlgorithmIdentifier of a hash.
fn algorithm(mut identifier: Reader<'_>) -> Result<&'static digest::Algorithm, NotDer> {
    match identifier.take(OID)? {
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01] => Ok(&digest::SHA256),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02] => Ok(&digest::SHA384),
        [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03] => Ok(&digest::SHA512),
        _ => Err(NotDer("a hash that is not SHA-256, SHA-384 or SHA-512")),
    }
}

/// The first ESSCertID of a signing-certificate attribute: the signer's.
fn first_certificate(mut values: Reader<'_>, second: bool) -> Result<(&'static digest::Algorithm, &[u8]), NotDer> {
    let mut signing = values.enter(SEQUENCE)?;
    let mut list = signing.enter(SEQUENCE)?;
    let mut first = list.enter(SEQUENCE)?;
    let hash = match (second, first.peek()) {
        // Version 1 knows SHA-1 alone. A second preimage would be needed to name another certificate.
        (false, _) => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        (true, Some(SEQUENCE)) => algorithm(first.enter(SEQUENCE)?)?,
        (true, _) => &digest::SHA256,
    };
    Ok((hash, first.take(OCTETS)?))
}

/// The algorithms that a signature's identifier can mean.
fn algorithms(
    identifier: &[u8],
    digest: &'static digest::Algorithm,
) -> Vec<&'static dyn SignatureVerificationAlgorithm> {
    use webpki::ring as known;
    let rsa = |wanted: &'static digest::Algorithm| -> Vec<&'static dyn SignatureVerificationAlgorithm> {
        if wanted == &digest::SHA256 {
            vec![known::RSA_PKCS1_2048_8192_SHA256]
        } else if wanted == &digest::SHA384 {
            vec![known::RSA_PKCS1_2048_8192_SHA384]
        } else {
            vec![known::RSA_PKCS1_2048_8192_SHA512]
        }
    };
    match identifier {
        // rsaEncryption: the hash is that of the digest; sha256-, sha384-, sha512WithRSAEncryption.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01] => rsa(digest),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b] => rsa(&digest::SHA256),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0c] => rsa(&digest::SHA384),
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0d] => rsa(&digest::SHA512),
        // ecdsa-with-SHA256, ecdsa-with-SHA384.
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02] => vec![known::ECDSA_P256_SHA256, known::ECDSA_P384_SHA256],
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03] => vec![known::ECDSA_P256_SHA384, known::ECDSA_P384_SHA384],
        // Ed25519.
        [0x2b, 0x65, 0x70] => vec![known::ED25519],
        _ => Vec::new(),
    }
}

fn certificate<'a>(der: &'a CertificateDer<'a>) -> Result<EndEntityCert<'a>, String> {
    EndEntityCert::try_from(der).map_err(|error| format!("the certificate of a token's signer cannot be used: {error}"))
}

/// The signer's certificate is a pinned one, or certified by one for time-stamping at that time.
fn check_chain(
    signer: &CertificateDer<'_>,
    others: &[CertificateDer<'_>],
    pinned: &[CertificateDer<'_>],
    time_secs: u64,
) -> Result<(), String> {
    if pinned.contains(signer) {
        return Ok(());
    }
    let anchors: Vec<TrustAnchor<'_>> = pinned.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(time_secs));
    certificate(signer)?
        .verify_for_usage(
            webpki::ALL_VERIFICATION_ALGS,
            &anchors,
            others,
            time,
            KeyUsage::required(TIME_STAMPING),
            None,
            None,
        )
        .map(|_| ())
        .map_err(|error| {
            format!("a token's signer is not an authority of the trust file, nor certified by one: {error}")
        })
}

/// The common name in a certificate's subject.
fn subject(der: &CertificateDer<'_>) -> Option<String> {
    let mut certificate = Reader::new(der.as_ref()).enter(SEQUENCE).ok()?.enter(SEQUENCE).ok()?;
    certificate.optional(CONTEXT_0).ok()?;
    // Serial, algorithm, issuer, validity.
    certificate.take(INTEGER).ok()?;
    for _ in 0..3 {
        certificate.take(SEQUENCE).ok()?;
    }
    let mut names = certificate.enter(SEQUENCE).ok()?;
    while !names.is_empty() {
        let mut one = names.enter(SET).ok()?.enter(SEQUENCE).ok()?;
        if one.take(OID).ok()? == COMMON_NAME {
            let text = String::from_utf8_lossy(one.any().ok()?.content).into_owned();
            return Some(text.chars().filter(|c| !c.is_control()).take(100).collect());
        }
    }
    None
}
