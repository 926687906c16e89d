using RoboPerception.Capture;
using RoboPerception.Core;
using RoboPerception.Inference;
using RoboPerception.Node.Recorders;
using RoboPerception.Node.Web.Live;

namespace RoboPerception.Node.Pipeline;

/// <summary>What of a camera may change while it runs.</summary>
internal sealed partial class CameraPipeline
{
    /// <summary>Rates and encodings.</summary>
    public CameraControls Controls { get; }

    /// <summary>What is done with an image of another shape than the grid.</summary>
    public ResizeFit Fit => inference.Geometry.Fit;

    /// <summary>The next frame for whoever asks.</summary>
    public SnapshotSlot Snapshot => publishing.Snapshot;

    /// <summary>What browsers see; null where HTTP is off.</summary>
    public FrameView? View => publishing.View;

    /// <summary>Who is shown every frame that inference takes from now on, beside those who are from start to end; null = nobody else.</summary>
    public void Show(IFrameTap? more) => Volatile.Write(ref tap, FrameTaps.Of(standing, more));

    /// <summary>Opens a model as at the start, self-check and all, beside the one that runs.</summary>
    /// <exception cref="UserErrorException">No execution provider works, or it fails its own golden prediction.</exception>
    public PerceptionEngine Prepare(ModelFile model) => PerceptionEngine.Start(model, providers);

    /// <summary>Puts a model on trial from the next frame on; ends with its first frame: null, or what it failed by.</summary>
    public Task<Exception?> Try(PerceptionEngine next) => inference.Try(next);

    /// <summary>Ends the trial and whichever model is not used any more.</summary>
    public void EndTrial(bool keep) => inference.EndTrial(keep).Dispose();

    /// <summary>Fits the next frames in another way.</summary>
    public void Refit(ResizeFit fit)
    {
        (FrameResizer resizer, CameraGeometry geometry) = Fitted(fit);
        inference.Refit(resizer, geometry).Dispose();
    }

    private (FrameResizer Resizer, CameraGeometry Geometry) Fitted(ResizeFit fit)
    {
        ModelInput grid = Description.Input;
        var resizer = new FrameResizer(grid.Width, grid.Height, Calibration, IsRectified, notice => log($"camera '{Camera.Id}': {notice}"), fit);
        return (resizer, new CameraGeometry(fit, resizer.Intrinsics));
    }
}
