"""What a foreign county can't see, it can't find."""

import pytest

from projects.selectors.obstacles import obstacles_of_project
from projects.selectors.projects import project_by_code, project_for, projects, search_projects, stage_condition
from projects.selectors.records import approval_of, approvals, contracts, four_party, parties
from responsibilities.rules.errors import NotAllowed, NotVisible
from responsibilities.rules.roles import Permission
from tests.factories.projects import TODAY, approval, party, registered_project

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(cast):
    project = registered_project(developer=cast.developer, general_contractor=cast.contractor)
    approval(project)
    return project


@pytest.mark.parametrize(
    "who",
    [
        ("officer", "zjj", "620723"),
        ("other_county_supervisor",),
        ("other_labour_officer",),
        ("other_developer_officer",),
        ("stranger",),
        ("administrator",),
    ],
)
def test_who_has_no_part_in_it_sees_nothing(project, cast, who):
    user = cast.officer(*who[1:]) if len(who) > 1 else getattr(cast, who[0])
    scope = cast.scope(user)
    assert not projects(scope).exists()
    assert not approvals(scope).exists()
    assert not contracts(scope).exists()
    assert not parties(scope, project).exists()
    assert four_party(scope, project) == {}
    assert obstacles_of_project(scope, project, TODAY) == []
    with pytest.raises(NotVisible):
        project_by_code(scope, project.code)
    with pytest.raises(NotVisible):
        approval_of(scope, project, project.approvals.get().pk)


@pytest.mark.parametrize(
    "who",
    [
        ("officer", "zjj", "620702"),
        ("officer", "zjj", "620700"),
        ("officer", "fgw", "620702"),
        ("county_supervisor",),
        ("supervisor",),
        ("labour_officer",),
        ("developer_officer",),
        ("leader",),
    ],
)
def test_who_has_a_part_in_it_or_looks_over_the_area_sees_it(project, cast, who):
    user = cast.officer(*who[1:]) if len(who) > 1 else getattr(cast, who[0])
    assert project_by_code(cast.scope(user), project.code) == project


def test_in_sight_without_the_permission_is_not_allowed_rather_than_absent(project, cast):
    with pytest.raises(NotAllowed):
        project_for(cast.scope(cast.leader), project.code, Permission.PROJECT_EDIT)
    with pytest.raises(NotVisible):
        project_for(cast.scope(cast.other_county_supervisor), project.code, Permission.PROJECT_EDIT)
    assert project_for(cast.scope(cast.county_supervisor), project.code, Permission.PROJECT_EDIT) == project


@pytest.mark.parametrize("words", ["第一中学", "gzqdyzx", "P-001", "甘州 教学楼", "祁连建设", "GZQ"])
def test_a_project_is_found_by_name_code_initials_and_parties(project, cast, words):
    assert list(search_projects(projects(cast.scope(cast.supervisor)), words)) == [project]


@pytest.mark.parametrize("words", ["第二中学", "P-002", "甘州 水库", "黑河建筑", "xyz"])
def test_other_words_find_nothing(project, cast, words):
    assert not search_projects(projects(cast.scope(cast.supervisor)), words).exists()


def test_every_project_has_exactly_one_stage(cast):
    import datetime

    day = datetime.timedelta(days=1)
    registered_project("S-1")
    registered_project("S-2", actual_start_on=TODAY - day)
    registered_project("S-3", actual_start_on=TODAY - 2 * day, completed_on=TODAY)
    rows = projects(cast.scope(cast.supervisor))
    found = {
        stage: list(rows.filter(stage_condition(stage, TODAY)).values_list("code", flat=True))
        for stage in ("preparation", "construction", "completed")
    }
    assert found == {"preparation": ["S-1"], "construction": ["S-2"], "completed": ["S-3"]}


def test_a_subcontractor_sees_the_project_where_it_works(project, cast):
    party(project, "subcontractor", cast.subcontractor)
    assert projects(cast.scope(cast.subcontractor_clerk)).get() == project
    assert not projects(cast.scope(cast.other_subcontractor_clerk)).exists()
