using RoboPerception.Core;
using RoboPerception.Inference.Tests.Models;

namespace RoboPerception.Inference.Tests;

/// <summary>Depth is metric for the camera in use (conventions section 4: f_camera / f_training).</summary>
public sealed class DepthScaleTests
{
    // Trained with fx 20, fy 10 at 16 x 8.
    private static readonly ModelInput Input = new TestModel().Description.Input;

    [Fact]
    public void The_training_camera_itself_has_factor_1() =>
        Assert.Equal(1, DepthScale.Factor(Input, new CameraIntrinsics(16, 8, 20, 10, 8, 4)), 6);

    [Fact]
    public void The_training_camera_in_a_larger_image_has_factor_1() =>
        Assert.Equal(1, DepthScale.Factor(Input, new CameraIntrinsics(640, 480, 800, 600, 320, 240)), 6);

    [Fact]
    public void Twice_the_focal_length_means_twice_as_far() =>
        Assert.Equal(2, DepthScale.Factor(Input, new CameraIntrinsics(16, 8, 40, 20, 8, 4)), 6);

    [Fact]
    public void An_unknown_camera_has_factor_1()
    {
        Assert.Equal(1, DepthScale.Factor(Input, null));
        Assert.Equal(1, DepthScale.Factor(Input, new CameraIntrinsics(16, 8, 0, 0, 0, 0)));
        Assert.Equal(1, DepthScale.Factor(Input with { TrainingIntrinsics = null }, new CameraIntrinsics(16, 8, 40, 20, 8, 4)));
    }

    [Fact]
    public void Every_value_is_multiplied_and_marks_keep_their_meaning()
    {
        float[] depth = [.. Enumerable.Range(1, 37).Select(i => (float)i), float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        DepthScale.Apply(depth, 2);
        Assert.Equal([.. Enumerable.Range(1, 37).Select(i => 2f * i), float.NaN, float.PositiveInfinity, float.NegativeInfinity], depth);
    }

    [Fact]
    public void The_engine_applies_the_factor_to_the_set_it_filled()
    {
        using PerceptionEngine engine = PerceptionEngine.Start(new TestModel().Load(), new InferenceSettings { Providers = [ExecutionProvider.Cpu], Threads = 1 });
        engine.Input.Fill(100);
        engine.Run(0);
        engine.DepthFactor = 3;
        engine.Run(1);
        Assert.Equal(1, engine.Outputs[0].Depth[0], 5);
        Assert.Equal(3, engine.Outputs[1].Depth[0], 5);
    }
}
