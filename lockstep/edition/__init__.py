"""The course as a teacher hands it out: the student edition, nbgrader's tree, a sheet of links."""
