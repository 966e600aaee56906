//! Which site a document is a page of.

use gleaner_boilerplate::sites::SitePage;

/// A number for the site of an address, as [`host_of`] knows it.
pub(crate) fn site_of(url: &str) -> Option<u64> {
    host_of(url).map(|host| gleaner_text::hash64(host.as_bytes()))
}

/// The site of an address: its host in lower case, without `www.` before it and a port behind it; `None` where there is
/// no host, or one longer than a name can be. Subdomains are sites of their own; folders are not.
pub(crate) fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.trim().split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host.split(':').next()?,
    };
    let host = host.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).trim_end_matches('.');
    (1..=SitePage::MAX_HOST).contains(&host.len()).then(|| host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::site_of;

    #[test]
    fn hosts() {
        let site = site_of("https://example.org/");
        assert!(site.is_some());
        let same = [
            "http://EXAMPLE.org",
            "https://www.example.org:8080/a?b",
            "ftp://me:x@example.org.#top",
            " https://example.org\\a",
        ];
        same.iter().for_each(|url| assert_eq!(site_of(url), site, "{url}"));
        let others =
            ["https://news.example.org/", "https://example.com/", "https://[::1]:80/", "https://müller.de/"];
        others.iter().for_each(|url| assert!(site_of(url).is_some() && site_of(url) != site, "{url}"));
        let longest = format!("http://{}/", "h".repeat(255));
        assert!(site_of(&longest).is_some());
        assert_eq!(site_of(&longest.replace("hh/", "hhh/")), None);
        for none in ["", "example.org", "https://", "https:///path", "https://www./", "mailto:me@example.org"]
        {
            assert_eq!(site_of(none), None, "{none}");
        }
    }
}
