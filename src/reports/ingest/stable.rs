//! Names and paths without what changes from build to build: tags of images, versions of packages, the
//! folder in which a build server keeps the sources.

use std::sync::LazyLock;

use regex::Regex;

/// An image without tag, digest and what stands behind it in parentheses: `shop:1.4 (debian 12.1)` is `shop`.
pub(super) fn image_name(text: &str) -> &str {
    static IMAGE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"^([^\s:@()]+(?::[0-9]+/[^\s:@()]+)?)(?::\w[\w.-]{0,127})?(?:@sha256:[0-9a-f]+)?(?: \([^)]*\))?$",
        )
    });
    if text.starts_with("sha256:") {
        return text;
    }
    let found = IMAGE.captures(text).and_then(|parts| parts.get(1));
    found.map_or(text, |name| name.as_str())
}

/// Folders of build servers, below which a repository stands.
const WORKSPACES: &[&str] = &[
    // GitHub Actions, on its own runners and in containers
    r"(?:/home/runner/work|/Users/runner/work|/__w|[A-Za-z]:/a)/[^/]+/[^/]+/",
    r"/github/workspace/",
    // GitLab
    r"/builds/[^/]+/[^/]+/",
    // Jenkins
    r"(?:/var/jenkins_home|/var/lib/jenkins|/home/jenkins(?:/agent)?)/workspace/[^/]+/",
    // Azure Pipelines
    r"(?:/home/vsts|/agent|/[^/]+/_work|[A-Za-z]:/agent)/(?:_?work/)?[0-9]+/s/",
    // CircleCI, Travis, Bitbucket, Buildkite, TeamCity, CodeBuild, Cloud Build
    r"/home/circleci/project/",
    r"/home/travis/build/[^/]+/[^/]+/",
    r"/opt/atlassian/pipelines/agent/build/",
    r"/var/lib/buildkite-agent/builds/[^/]+/[^/]+/[^/]+/",
    r"/opt/buildagent/work/[0-9a-f]+/",
    r"/codebuild/output/[^/]+/src/(?:[^/]+\.[a-z]+/[^/]+/[^/]+/)?",
    r"/workspace/",
    // Mounted into a scanner's container, or copied to where temporary things are
    r"/src/",
    r"(?:/private)?/(?:var/)?tmp/[^/]+/",
    r"/private/var/folders/.*/T/[^/]+/",
];

/// A path without the folder that a build server keeps the sources in, by the names that build servers have
/// for it; any other path is as it is written, with the slashes of Unix.
pub(super) fn workspace_path(text: &str) -> String {
    static WORKSPACE: LazyLock<Regex> =
        LazyLock::new(|| regex(&format!("^(?:{})", WORKSPACES.join("|"))));
    let path = text.strip_prefix("file://").unwrap_or(text);
    let is_windows =
        path.as_bytes().get(1) == Some(&b':') || path.contains('\\') && !path.contains('/');
    let path = match is_windows {
        true => path.replace('\\', "/"),
        false => path.to_string(),
    };
    let path = match path.strip_prefix('/') {
        // `file:///D:/a/…`
        Some(drive) if drive.as_bytes().get(1) == Some(&b':') => drive.to_string(),
        _ => path,
    };
    let rest = WORKSPACE.find(&path).map(|root| &path[root.end()..]);
    let rest = rest.filter(|rest| !rest.is_empty()).unwrap_or(&path);
    rest.strip_prefix("./").unwrap_or(rest).to_string()
}

/// The URL of a package without its version, qualifiers and all.
pub(super) fn package_url(text: &str) -> String {
    let (name, rest) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
    let path = name.rfind('/').unwrap_or_default();
    let name = match name[path..].find('@') {
        Some(at) if at > 1 => &name[..path + at],
        _ => name,
    };
    // Qualifiers name architecture and distribution, whose version is one too.
    let qualifiers = rest.strip_prefix('?').unwrap_or_default();
    let qualifiers = qualifiers.split('#').next().unwrap_or_default();
    let stable: Vec<&str> = qualifiers
        .split('&')
        .filter(|one| {
            one.starts_with("arch=") || one.starts_with("type=") || one.starts_with("classifier=")
        })
        .collect();
    match stable.is_empty() {
        true => name.to_string(),
        false => format!("{name}?{}", stable.join("&")),
    }
}

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a pattern of ours")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_its_name() {
        for (text, name) in [
            ("shop", "shop"),
            ("shop:1.4", "shop"),
            ("shop:1.4 (debian 12.1)", "shop"),
            ("registry:5000/team/shop:1.4", "registry:5000/team/shop"),
            ("registry:5000/team/shop", "registry:5000/team/shop"),
            ("ghcr.io/team/shop@sha256:0a1b", "ghcr.io/team/shop"),
            ("ghcr.io/team/shop:1@sha256:0a1b", "ghcr.io/team/shop"),
            ("sha256:0a1b", "sha256:0a1b"),
            ("app/package-lock.json", "app/package-lock.json"),
            ("usr/lib/a file", "usr/lib/a file"),
        ] {
            assert_eq!(image_name(text), name, "{text}");
        }
    }

    #[test]
    fn a_path_is_that_in_the_repository() {
        for (text, path) in [
            ("src/a.py", "src/a.py"),
            ("./src/a.py", "src/a.py"),
            ("/home/runner/work/shop/shop/src/a.py", "src/a.py"),
            ("file:///home/runner/work/shop/shop/src/a.py", "src/a.py"),
            ("/builds/team/shop/src/a.py", "src/a.py"),
            ("/var/jenkins_home/workspace/shop-main/src/a.py", "src/a.py"),
            ("/home/vsts/work/1/s/src/a.py", "src/a.py"),
            ("D:\\a\\shop\\shop\\src\\a.py", "src/a.py"),
            ("file:///D:/a/shop/shop/src/a.py", "src/a.py"),
            (
                "/codebuild/output/src123/src/github.com/team/shop/src/a.py",
                "src/a.py",
            ),
            ("/tmp/tmp.x1/src/a.py", "src/a.py"),
            ("/opt/shop/a.py", "/opt/shop/a.py"),
        ] {
            assert_eq!(workspace_path(text), path, "{text}");
        }
    }

    #[test]
    fn the_url_of_a_package_has_no_version() {
        for (text, url) in [
            ("pkg:npm/foo@1.0.0", "pkg:npm/foo"),
            ("pkg:npm/%40team/foo@1.0.0", "pkg:npm/%40team/foo"),
            ("pkg:npm/@team/foo@1.0.0", "pkg:npm/@team/foo"),
            (
                "pkg:deb/debian/foo@1-2?arch=amd64&distro=debian-12",
                "pkg:deb/debian/foo?arch=amd64",
            ),
            ("pkg:oci/shop", "pkg:oci/shop"),
        ] {
            assert_eq!(package_url(text), url, "{text}");
        }
    }
}
