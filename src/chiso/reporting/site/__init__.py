"""Results as a web site: pages that need no network and no server, each in Vietnamese and in English."""
