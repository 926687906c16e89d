using RoboPerception.Training.Native;
using static TorchSharp.torch;

namespace RoboPerception.Training.Tests;

/// <summary>
/// Networks of which only shapes matter: built on libtorch's device "meta", parameters have their shapes and names and no numbers. A hundred million random
/// numbers, drawn twice, cost seconds and count no differently.
/// </summary>
internal static class Shapes
{
    /// <summary>Builds a network without numbers; it can be counted and not run.</summary>
    public static T Of<T>(Func<T> create)
        where T : nn.Module
    {
        // Which needs numbers, once in a process.
        Convolutions.EnsureRight();
        var usual = get_default_device();
        set_default_device(new Device("meta"));
        try
        {
            var network = create();
            Assert.All(network.parameters(), parameter => Assert.Equal(TorchSharp.DeviceType.META, parameter.device_type));
            return network;
        }
        finally
        {
            set_default_device(usual);
        }
    }
}
