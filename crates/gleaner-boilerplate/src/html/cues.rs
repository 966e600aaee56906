//! What class names, ids and roles say about an element.

use std::sync::LazyLock;

use ahash::AHashMap;

use super::tokenizer::Attributes;

/// A set of [`Cue`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cues(pub(crate) u32);

impl Cues {
    pub(crate) fn has(self, cue: Cue) -> bool {
        self.0 & 1 << cue as u32 != 0
    }

    pub(crate) fn and(self, other: Cues) -> Cues {
        Cues(self.0 | other.0)
    }

    fn add(&mut self, cue: Cue) {
        self.0 |= 1 << cue as u32;
    }
}

macro_rules! cues {
    ($($cue:ident: $($pattern:literal)*;)*) => {
        /// What a class name or id can hint at.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Cue { $($cue),* }

        impl Cue {
            pub(crate) const ALL: &'static [Cue] = &[$(Cue::$cue),*];
        }

        static PATTERNS: &[(&str, Cue)] = &[$($(($pattern, Cue::$cue),)*)*];
    };
}

// `word` is found anywhere, `^word` at the start of a word, `^word$` as a whole word. Words are parted by anything
// but letters, and where a small letter meets a capital.
cues! {
    Comment: "comment" "disqus" "^reply" "replies" "respond" "discuss";
    Navigation: "^nav" "menu" "breadcrumb" "crumb" "^toc$" "sitemap";
    Footer: "foot" "copyright" "^legal" "colophon" "^bottom";
    Header: "header" "masthead" "topbar" "^top$" "^banner$";
    Side: "^side" "^rail$" "widget" "^right$" "^left$" "^column";
    Related: "relat" "recommend" "^more" "similar" "popular" "trend" "^latest" "^also" "^most$" "teaser";
    Share: "share" "sharing" "social" "facebook" "twitter" "^sns" "addthis" "whatsapp";
    Ad: "^ad$" "^ads$" "^adv$" "advert" "sponsor" "promo" "outbrain" "taboola" "^dfp";
    Meta: "^meta" "byline" "author" "^date" "^time" "^info" "publish" "posted";
    Article: "article" "^story" "^entry" "^blog";
    Content: "content" "^main";
    Post: "^post" "^message" "^msg" "thread" "topic";
    Body: "body" "^text" "^txt";
    Title: "title" "headline" "heading";
    Tag: "^tag$" "^tags$" "categor" "label" "keyword";
    List: "^list" "^feed" "archive" "^index" "^grid" "^card" "^item" "^tile";
    Product: "product" "^price" "^cart$" "^shop" "^buy" "^spec";
    Form: "^form" "search" "login" "subscri" "newsletter" "^sign" "^input";
    Overlay: "cookie" "consent" "gdpr" "privacy" "popup" "modal" "overlay" "dialog" "toast";
    Consent: "onetrust" "cookiebot" "didomi" "usercentrics" "trustarc" "truste_" "iubenda" "borlabs" "cmplz" "osano-cm"
        "termly" "klaro" "qc-cmp" "sp_message" "^cky-" "cookieconsent" "cookie-consent" "cookie_consent" "cookiebanner"
        "cookie-banner" "cookie_banner" "cookie-notice" "cookie-law" "cookie-bar" "cookie-modal" "cookie-dialog"
        "consent-banner" "consent-manager" "consent-modal" "consent-dialog";
    Caption: "caption" "figure" "^image" "^img" "photo" "gallery" "^media" "video" "credit";
    Hidden: "hidden" "^hide" "^sr" "visually" "^skip" "screenreader" "noprint";
    Pager: "paging" "pagination" "^pager" "^next$" "^prev";
    Review: "review" "rating" "^star" "^vote" "^score";
    User: "^user" "profile" "avatar" "member" "signature";
    Quote: "quote";
    Summary: "summary" "excerpt" "^intro" "^lead$" "abstract" "^desc" "^dek$";
    Document: "^doc" "section" "markdown" "^prose" "wiki" "^mw$" "^rich" "^rte$" "editor";
    Layout: "wrap" "container" "layout" "^row" "^col$" "inner" "outer";
    Action: "^btn" "button" "toolbar" "action" "control" "^link" "^cta$" "^tab";
}

/// A name is read up to this many bytes; longer ones are generated. No more is looked at even to recognise it, or each
/// block inside an element with a long name would cost that name's length.
const LONGEST_NAME: usize = 256;

struct Pattern {
    /// Without its marks, in small letters.
    text: &'static [u8],
    at_start: bool,
    at_end: bool,
    cue: Cue,
}

/// The patterns by their first letter.
static BY_LETTER: LazyLock<[Vec<Pattern>; 26]> = LazyLock::new(|| {
    let mut table = [const { Vec::new() }; 26];
    for &(pattern, cue) in PATTERNS {
        let text = pattern.trim_start_matches('^').trim_end_matches('$').as_bytes();
        let (at_start, at_end) = (pattern.starts_with('^'), pattern.ends_with('$'));
        table[usize::from(text[0] - b'a')].push(Pattern { text, at_start, at_end, cue });
    }
    table
});

/// Reads names, each only once a page.
#[derive(Default)]
pub(crate) struct CueReader<'a> {
    known: AHashMap<&'a str, Cues>,
}

impl<'a> CueReader<'a> {
    pub(crate) fn read(&mut self, attributes: &Attributes<'a>) -> Cues {
        let mut cues = Cues::default();
        for name in attributes.names() {
            let name = &name[..name.floor_char_boundary(LONGEST_NAME)];
            if !name.is_empty() {
                cues = cues.and(*self.known.entry(name).or_insert_with(|| of_name(name.as_bytes())));
            }
        }
        if let Some(role) = attributes.role.filter(|role| role.len() <= LONGEST_NAME) {
            of_role(role, &mut cues);
        }
        cues
    }
}

fn of_name(name: &[u8]) -> Cues {
    let mut cues = Cues::default();
    for at in 0..name.len() {
        let letter = name[at].to_ascii_lowercase();
        if !letter.is_ascii_lowercase() {
            continue;
        }
        for pattern in &BY_LETTER[usize::from(letter - b'a')] {
            if matches(pattern, name, at) {
                cues.add(pattern.cue);
            }
        }
    }
    cues
}

fn matches(pattern: &Pattern, name: &[u8], at: usize) -> bool {
    let end = at + pattern.text.len();
    end <= name.len()
        && name[at..end].eq_ignore_ascii_case(pattern.text)
        && (!pattern.at_start || is_boundary(name, at))
        && (!pattern.at_end || is_boundary(name, end))
}

fn is_boundary(name: &[u8], at: usize) -> bool {
    let (Some(before), Some(after)) = (at.checked_sub(1).and_then(|i| name.get(i)), name.get(at)) else {
        return true;
    };
    !before.is_ascii_alphabetic()
        || !after.is_ascii_alphabetic()
        || before.is_ascii_lowercase() && after.is_ascii_uppercase()
}

fn of_role(role: &str, cues: &mut Cues) {
    match role.trim().to_ascii_lowercase().as_str() {
        "navigation" | "menu" | "menubar" | "menuitem" | "directory" => cues.add(Cue::Navigation),
        "banner" => cues.add(Cue::Header),
        "contentinfo" => cues.add(Cue::Footer),
        "complementary" => cues.add(Cue::Side),
        "main" => cues.add(Cue::Content),
        "article" => cues.add(Cue::Article),
        "search" | "form" | "searchbox" => cues.add(Cue::Form),
        "dialog" | "alertdialog" | "alert" => cues.add(Cue::Overlay),
        "button" | "tab" | "tablist" | "toolbar" => cues.add(Cue::Action),
        _ => {}
    }
}
