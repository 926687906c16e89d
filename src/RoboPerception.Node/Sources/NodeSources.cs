using RoboPerception.Capture;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Sources;

/// <summary>The sources of the node: those of Capture, rendered rooms, and recordings of ours.</summary>
internal static class NodeSources
{
    /// <summary>What makes them.</summary>
    public static SourceFactory Factory()
    {
        var sources = new SourceFactory();
        sources.Register("scene", SceneSource.Example, uri => new SceneSource(uri));
        sources.Register("file", "recording.mcap", uri => RecordedRun.IsRecording(uri.Place) && File.Exists(uri.Place) ? new McapSource(uri) : SourceFactory.CreateFile(uri));
        return sources;
    }
}
