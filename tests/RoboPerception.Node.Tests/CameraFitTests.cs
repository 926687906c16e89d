using RoboPerception.Core;
using RoboPerception.Node.Configuration;
using RoboPerception.Node.Pipeline;
using RoboPerception.Node.Recorders;

namespace RoboPerception.Node.Tests;

/// <summary>Promise: a camera's images are fitted as somebody chose, and where nobody did, as the model saw its training images.</summary>
public sealed class CameraFitTests
{
    [Theory]
    [InlineData(null, null, ResizeFit.Letterbox, ResizeFit.Letterbox)]
    [InlineData(null, null, ResizeFit.Stretch, ResizeFit.Stretch)]
    [InlineData(ResizeFit.Stretch, null, ResizeFit.Letterbox, ResizeFit.Stretch)]
    [InlineData(null, "crop", ResizeFit.Letterbox, ResizeFit.Crop)]
    [InlineData(null, "stretch", ResizeFit.Letterbox, ResizeFit.Stretch)]
    [InlineData(ResizeFit.Letterbox, "crop", ResizeFit.Stretch, ResizeFit.Letterbox)]
    public void Settings_go_before_the_replayed_run_and_that_before_the_model(ResizeFit? chosen, string? recorded, ResizeFit trained, ResizeFit expected)
    {
        var camera = new CameraSettings { Id = "front", Source = recorded is null ? "test://" : "run.mcap", Fit = chosen };
        RecordedRun? run = recorded is null ? null : new RecordedRun(new Dictionary<string, string> { [RecordedRun.FitKey("front")] = recorded }, ["front"], new Dictionary<string, Capture.CameraCalibration>());
        Assert.Equal(expected, CameraGeometry.FitOf(camera, run, new ModelInput("image", 384, 288) { Fit = trained }));
    }
}
