"""The solidarity connection at the desk and on the phone line, the person's own page, its papers, and the public page that says who may have one."""
