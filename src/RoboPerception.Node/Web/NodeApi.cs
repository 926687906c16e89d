using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Messaging;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Hosting;
using RoboPerception.Node.Logging;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Remote;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Web;

/// <summary>Gathers what the page shows beside the pixels.</summary>
internal sealed class NodeApi(NodeReports reports, ReportService service, NodeState state, PipelineService pipelines, NodeSettings settings, FrameViews views, NodeLog log, RecordingFolder? recordings = null, RemoteRecorder? recorder = null)
{
    /// <summary>Everything, as it is now.</summary>
    public NodeDocument Node()
    {
        ModelFile model = pipelines.Cameras[0].Engine.Model;
        return new()
        {
            State = state.Current,
            Description = reports.Description(),
            Health = reports.Health(),
            Metrics = service.Metrics,
            Labels = model.Description.Output(OutputKind.Segmentation)?.Classes is { } classes ? LabelsDocument.Of(classes) : null,
            Model = Card(model),
            Stages = [.. Stages.All.Select(s => s.Name())],
            Control = settings.Remote.Dashboard && recorder is not null ? ControlDocument.Of(pipelines.Cameras, recorder) : null,
            Recordings = recordings?.IsThere == true,
            Viewers = views.Viewers,
            Log = log.Recent,
        };
    }

    private static ModelCard Card(ModelFile model)
    {
        ModelDescription about = model.Description;
        (double Minimum, double Maximum)? range = about.Output(OutputKind.Depth)?.RangeMetres;
        return new ModelCard(
            about.Name, model.Sha256[..16], about.Architecture, about.DataSet, about.Licence, about.TrainingCommit, about.Input.Width, about.Input.Height,
            range is { } r ? [r.Minimum, r.Maximum] : null, about.Metrics);
    }
}
