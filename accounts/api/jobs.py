"""GET /api/v1/jobs/{id}/: where a piece of background work stands. Everybody sees their own."""

from uuid import UUID

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.views import PortalView
from jobs.models import Job, JobState


class JobShown(serializers.Serializer[Job]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(JobState.choices)
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    message = serializers.CharField()
    result = serializers.CharField(allow_null=True)


def show_job(job: Job) -> dict[str, object]:
    return {
        "id": str(job.public_id),
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "message": job.words,
        "result": job.result or None,
    }


class JobView(PortalView):
    scope_read = "reports:read"

    @extend_schema(operation_id="job", responses=JobShown)
    def get(self, request: Request, job_id: UUID) -> Response:
        self.read_params(request)
        job = Job.objects.asked_by(request.user).filter(public_id=job_id).first()
        if job is None:
            raise Http404
        return Response(show_job(job))
