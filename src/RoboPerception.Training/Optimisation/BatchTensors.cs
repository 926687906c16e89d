using RoboPerception.Training.Data;
using RoboPerception.Training.Tasks;
using TorchSharp;
using static TorchSharp.torch;

namespace RoboPerception.Training.Optimisation;

/// <summary>A batch as tensors on the device that trains.</summary>
internal static class BatchTensors
{
    /// <summary>
    /// Images (N,3,H,W) as a view of (N,H,W,3) memory: convolutions keep that order ("channels last") and run about 1.6 times as fast
    /// on a CPU as on contiguous planes.
    /// </summary>
    public static Tensor Images(Batch batch, Device device) =>
        Send(tensor(batch.Images, [batch.Count, batch.Height, batch.Width, 3]), device).permute(0, 3, 1, 2);

    /// <summary>The target of a task in the conventions of <see cref="TaskLosses"/>.</summary>
    public static Tensor Target(Batch batch, TaskDescription task, Device device) => task.Classes is not null
        ? Send(tensor(GroundTruth.Labels(batch, task), [batch.Count, batch.Height, batch.Width]), device)
        : Send(tensor(GroundTruth.Values(batch, task), [batch.Count, task.Channels, batch.Height, batch.Width]), device);

    /// <summary>1 where the images are and 0 in the bars beside letterboxed ones (N,1,H,W); null without bars.</summary>
    public static Tensor? Shown(Batch batch, Device device) =>
        batch.Shown is { } shown ? Send(tensor(shown, [batch.Count, 1, batch.Height, batch.Width]), device) : null;

    // From pinned memory the host does not wait for the copy; libtorch keeps that memory until the copy is done.
    private static Tensor Send(Tensor values, Device device) =>
        device.type == DeviceType.CUDA ? values.pin_memory().to(device, non_blocking: true) : values.to(device);
}
