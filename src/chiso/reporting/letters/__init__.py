"""Official letters: reports, the leader's page and apologies in the layout of Nghị định 30/2020/NĐ-CP.

``facts`` what a template may name → ``template`` the text with its marks → ``marked`` blocks → ``document``.
"""
