//! Sentences in which a moment is more than text, or a name is a link: what a page shows, escaped.
//!
//! A moment stands in a `<time>`, so that the script can add the visitor's own clock to it. Text that comes from people is always escaped here;
//! templates print a [`Said`] as it is.

use super::escape;
use super::lang::{Lang, rfc3339};

/// Stands in a sentence for a name that becomes a link; no title holds this character.
pub const SLOT: &str = "\u{1}";

/// HTML of a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    /// Words alone.
    #[must_use]
    pub fn text(words: &str) -> Self {
        Self(escape(words))
    }

    /// Words that lead somewhere.
    #[must_use]
    pub fn link(words: &str, href: &str) -> Self {
        Self(format!("<a href=\"{}\">{}</a>", escape(href), escape(words)))
    }

    /// A moment.
    #[must_use]
    pub fn moment(secs: u64, lang: Lang) -> Self {
        Self(time(secs, &escape(&lang.moment(secs))))
    }

    /// A sentence in which these moments may stand.
    #[must_use]
    pub fn with_moments(sentence: &str, moments: &[u64], lang: Lang) -> Self {
        let mut moments = moments.to_vec();
        moments.sort_unstable();
        // Two moments of one second are one text.
        moments.dedup();
        let html = moments.into_iter().fold(escape(sentence), |html, secs| {
            let words = escape(&lang.moment(secs));
            marked(&html, &words, &time(secs, &words))
        });
        Self(html)
    }

    /// A sentence in which a link takes the place of [`SLOT`].
    #[must_use]
    pub fn with_link(sentence: &str, words: &str, href: &str) -> Self {
        Self(escape(sentence).replace(SLOT, &Self::link(words, href).0))
    }

    /// As HTML.
    #[must_use]
    pub fn html(&self) -> &str {
        &self.0
    }
}

fn time(secs: u64, html: &str) -> String {
    format!("<time datetime=\"{}\">{html}</time>", rfc3339(secs))
}

/// `html` with `marked` in the place of `words`, but not where they are the end of a longer day: `2 May` in `12 May`.
fn marked(html: &str, words: &str, marked: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, after)) = rest.split_once(words) {
        out.push_str(before);
        out.push_str(if before.ends_with(|c: char| c.is_ascii_digit()) { words } else { marked });
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_marked_names_are_links_and_everything_is_escaped() {
        let at = 1_692_803_367;
        let words = Lang::De.moment(at);
        let said = Said::with_moments(&format!("<b> am {words}."), &[at, at], Lang::De);
        assert_eq!(said.html(), format!("&#60;b&#62; am <time datetime=\"2023-08-23T15:09:27Z\">{words}</time>."));
        let two = [1_777_716_000, 1_777_716_000 + 10 * 86_400];
        let both = Said::with_moments(&two.map(|at| Lang::En.moment(at)).join(", "), &two, Lang::En);
        let (early, late) = both.html().split_once(", <time").unwrap_or_default();
        assert_eq!((early.matches("<time").count(), late.matches("<time").count()), (1, 0), "{}", both.html());
        let linked = Said::with_link(&format!("a & b ({SLOT})"), "<i>", "/x?\"y");
        assert_eq!(linked.html(), "a &#38; b (<a href=\"/x?&#34;y\">&#60;i&#62;</a>)");
    }
}
