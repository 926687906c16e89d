using Microsoft.Extensions.Logging;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Logging;

namespace RoboPerception.Node.Web.Live;

/// <summary>The views of all cameras; none where HTTP is off.</summary>
internal sealed class FrameViews : IDisposable
{
    private readonly Dictionary<string, FrameView> views = [];

    /// <summary>A view for each camera.</summary>
    public FrameViews(NodeSettings settings, ModelFile model, ILoggerFactory logs)
    {
        if (settings.HttpPort == 0)
        {
            return;
        }
        ILogger log = logs.CreateLogger(LogComponents.Http);
        foreach (CameraSettings camera in settings.Cameras)
        {
            views[camera.Id] = new FrameView(camera.Id, model.Description, settings.HttpRate, log);
        }
    }

    /// <summary>Who watches, all cameras together.</summary>
    public int Viewers => views.Values.Sum(v => v.Viewers.Count);

    /// <summary>The view of a camera; null if there is none.</summary>
    public FrameView? Of(string camera) => views.GetValueOrDefault(camera);

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (FrameView view in views.Values)
        {
            view.Dispose();
        }
    }
}
