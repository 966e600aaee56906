//! The template of a site, learnt from its own pages.
//!
//! What recurs on the pages of a site is its frame: menus, tails, calls to share, the headings of lists whose entries
//! change from page to page. [`SitePage`] is what one page says of its lines; a [`SiteCounter`] counts over pages, and
//! gives one [`SiteTemplate`] a site: the lines that recur, on how many pages, and what stands around them.
//! [`LineCleaner::clean_page_of`](crate::lines::LineCleaner::clean_page_of) takes a template as evidence beside the
//! judgement of the line model: a line that recurs but reads like an article may stay, and one that stands in a list
//! below a recurring heading may go though no other page has it.
//!
//! Lines are compared by a hash of their text with digits masked, so that dates, counters and page numbers do not tell
//! them apart. A line counts once on a page, and copies of a page count once, also versions of it that differ in one of the
//! long paragraphs. How much the number of pages proves is a
//! lower bound on the share of pages with the line: 3 of 5 and 30 of 1,000 are different evidence
//! ([`TemplateLine::strength`]).
//!
//! For more pages than memory holds, [`SitePage::records`] gives what is counted as byte records; sorted by their bytes
//! by whatever means, a [`SiteLearner`] makes templates of them one site at a time.
//!
//! # Untrusted input
//! Counting is linear in the text. What is kept of a page is bounded by [`SitePage::MAX_LINES`], what is kept of a site
//! by [`SiteTemplate::MAX_LINES`], whatever its pages.
//!
//! # Example
//! ```
//! use gleaner_boilerplate::lines::{LineCleaner, LineOptions, PageText};
//! use gleaner_boilerplate::sites::{SiteCounter, SitePage};
//!
//! let article = |of: &str| format!("The {of} on the hill was built before the road, and nobody remembers by whom, or why it stands so far from the village.");
//! let text = |of: &str| format!("Harbour Post\n{}\nWrite to the newsroom\n", article(of));
//! let mut counter = SiteCounter::default();
//! for of in ["mill", "tower", "chapel", "school", "barn", "inn"] {
//!     counter.add("post.example", &SitePage::of(&text(of)));
//! }
//! let templates = counter.templates();
//! assert_eq!((templates[0].host(), templates[0].pages()), ("post.example", 6));
//! let lines: Vec<&str> = templates[0].lines().iter().map(|line| line.text.as_str()).collect();
//! assert_eq!(lines, ["Harbour Post", "Write to the newsroom"]);
//!
//! let cleaner = LineCleaner::new(&LineOptions::default()).expect("no rule is named");
//! let clean = cleaner.clean_page_of(&templates[0], PageText::Plain, &text("mill"), &[]);
//! assert_eq!(clean.text.trim_end(), article("mill"));
//! let recurrence = clean.spans[0].recurrence.expect("it is of the template");
//! assert_eq!(recurrence.to_string(), "on 6 of 6 pages of the site");
//! ```

mod counter;
mod learner;
mod longest;
mod mask;
mod page;
mod template;

pub use counter::SiteCounter;
pub use learner::SiteLearner;
pub(crate) use mask::compared;
pub use page::SitePage;
pub use template::{Recurrence, SiteTemplate, TemplateLine};
