namespace TorchSharp;

public static partial class torch
{
    public static readonly Device CPU = new(DeviceType.CPU);
    public static readonly Device META = new(DeviceType.META);

    public static Device CUDA => device(DeviceType.CUDA);

    public static Device device(string description) => InitializeDevice(new Device(description));

    public static Device device(string deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    public static Device device(DeviceType deviceType, int index = -1) => InitializeDevice(new Device(deviceType, index));

    public static Device device(int index) => InitializeDevice(new Device(index));

    /// <summary>Checks that the device can be used; null means the default one.</summary>
    public static Device InitializeDevice(Device? device)
    {
        device ??= get_default_device();
        InitializeDeviceType(device.type);
        return device;
    }

    public static void InitializeDeviceType(DeviceType deviceType)
    {
        if (deviceType == DeviceType.CUDA && !cuda.is_available())
        {
            throw new InvalidOperationException($"Torch device type {deviceType} did not initialise on the current machine.");
        }
    }

    public static bool TryInitializeDeviceType(DeviceType deviceType) => deviceType != DeviceType.CUDA || cuda.is_available();

    /// <summary>Where a tensor lives: a type and, for accelerators, an index (-1: the current one).</summary>
    public sealed class Device
    {
        public Device(string description)
        {
            ArgumentNullException.ThrowIfNull(description);
            string[] parts = description.Split(':');
            type = Parse(parts[0]);
            index = parts.Length == 1 ? Standard(type, -1)
                : parts.Length == 2 && int.TryParse(parts[1], out int number) && number >= 0 ? number
                : throw new ArgumentException($"Invalid device string: '{description}'.");
        }

        public Device(string deviceType, int index = -1)
        {
            type = Parse(deviceType);
            this.index = Standard(type, index);
        }

        public Device(DeviceType deviceType, int index = -1)
        {
            type = deviceType;
            this.index = Standard(type, index);
        }

        public Device(int index)
        {
            type = DeviceType.CUDA;
            this.index = index;
        }

        public DeviceType type { get; }

        public int index { get; }

        internal long Packed => ((long)type << 32) | (uint)index;

        public static implicit operator Device(string description) => new(description);

        public override string ToString()
        {
            string name = type.ToString().ToLowerInvariant();
            return index < 0 ? name : $"{name}:{index}";
        }

        internal static Device FromPacked(long packed) =>
            packed == 0x00000000_FFFFFFFF ? CPU : new Device((DeviceType)(int)(packed >> 32), (int)packed);

        internal bool Matches(Device other) =>
            type == other.type && (index == other.index || (type == DeviceType.CUDA && Math.Max(index, 0) == Math.Max(other.index, 0)));

        private static DeviceType Parse(string name) => name.ToUpperInvariant() switch
        {
            "CPU" => DeviceType.CPU,
            "CUDA" => DeviceType.CUDA,
            "META" => DeviceType.META,
            "MPS" => DeviceType.MPS,
            _ => throw new ArgumentException($"Unknown device type '{name}': cpu, cuda, mps or meta was expected."),
        };

        private static int Standard(DeviceType type, int index) => type == DeviceType.CPU ? -1 : index;
    }
}
